using System.Runtime.InteropServices;
using Mayday.Protocol.Kmsg;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Moves basic datagrams that the network delivered late to the place that their printk times give. Times alone do not give the
/// order: a processor whose clock stands still while its interrupts are disabled prints a whole call trace with a time from before the line
/// that requested it, and the clocks of two processors differ. In those cases a run of lines is too early. A delay in the network affects a
/// single datagram among others in order. Only such a datagram is moved, and only as far as a network can delay it.</summary>
internal static class PrintkOrder
{
    /// <summary>How many later datagrams may have overtaken one.</summary>
    public const int MostPlaces = 8;

    /// <summary>How late a datagram may be, in microseconds of arrival time and of printk time.</summary>
    public const long MostLate = 10_000;

    /// <summary>Moves late datagrams to their places; every other keeps its own.</summary>
    /// <returns>How many were moved.</returns>
    public static int Restore(List<BasicPiece> pieces)
    {
        var moved = 0;
        var all = CollectionsMarshal.AsSpan(pieces);

        // The last one has no successor that could show whether it is a single late datagram.
        for (var i = 1; i < all.Length - 1; i++)
        {
            if (IsLateAlone(all.Slice(i - 1, 3)) && FindPlace(all[..(i + 1)]) is { } place)
            {
                var late = all[i];
                all[place..i].CopyTo(all[(place + 1)..]);
                all[place] = late;
                moved++;
            }
        }

        return moved;
    }

    private static bool IsLateAlone(ReadOnlySpan<BasicPiece> three) =>
        three[1] is { Time: { } time, IsWhole: true } && three[0].Time is { } before && time < before && three[2].Time >= before;

    // The place before the earliest datagram that overtook this one. All of those must be whole lines with a time, so that no line is
    // separated from its continuation.
    private static int? FindPlace(ReadOnlySpan<BasicPiece> pieces)
    {
        var late = pieces[^1];
        for (var place = pieces.Length - 2; place >= 0 && pieces.Length - 1 - place <= MostPlaces; place--)
        {
            ref readonly var overtook = ref pieces[place];
            if (overtook is not { Time: { } time, IsWhole: true } || late.Arrival - overtook.Arrival is < 0 or > MostLate || time - late.Time > MostLate)
            {
                return null;
            }

            // A line with the same time stays before it, because it arrived first.
            if (place > 0 && pieces[place - 1] is { IsWhole: true, Time: { } earlier } && earlier <= late.Time)
            {
                return place;
            }
        }

        return null;
    }
}

/// <summary>One datagram of basic netconsole: where its text is, when it arrived, the printk time that it begins with, and whether it
/// consists of whole lines.</summary>
internal readonly record struct BasicPiece(int Start, int Length, long Arrival, long? Time, bool IsWhole)
{
    public static BasicPiece Of(ReadOnlySpan<byte> text, int start, long arrival)
    {
        var end = text.IndexOf((byte)'\n');
        _ = LogLine.TryParse(end < 0 ? text : text[..end], out var line);
        long? time = line.HasTimestamp && line.TimestampMicroseconds <= long.MaxValue ? (long)line.TimestampMicroseconds : null;
        return new BasicPiece(start, text.Length, arrival, time, text.EndsWith("\n"u8));
    }
}
