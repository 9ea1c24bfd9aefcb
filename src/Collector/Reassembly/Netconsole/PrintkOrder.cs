using System.Runtime.InteropServices;
using Mayday.Protocol.Kmsg;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>
/// Puts basic datagrams that the network delivered late where their printk times say. Times alone do not give the order: a processor whose clock stands while its interrupts
/// are off prints a whole backtrace with a time from before the line that asked for it, and clocks of two processors differ. What the kernel does so comes as a run of lines that
/// are all too early; what the network does is one datagram among others in order. Only that is moved, and only as far as a network carries it.
/// </summary>
internal static class PrintkOrder
{
    /// <summary>So many later datagrams may have overtaken one.</summary>
    public const int MostPlaces = 8;

    /// <summary>Microseconds, of arrival and of printk time, that one may be late.</summary>
    public const long MostLate = 10_000;

    /// <summary>Puts late datagrams in their places; every other keeps its own.</summary>
    /// <returns>How many were moved.</returns>
    public static int Restore(List<BasicPiece> pieces)
    {
        var moved = 0;
        var all = CollectionsMarshal.AsSpan(pieces);

        // The last has none behind it that could tell whether it is alone.
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

    // Before the earliest of those that overtook it, all of which must be whole lines of a time, so that nothing is torn from what it belongs to.
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

            // A line of the same time belongs before it: it came first.
            if (place > 0 && pieces[place - 1] is { IsWhole: true, Time: { } earlier } && earlier <= late.Time)
            {
                return place;
            }
        }

        return null;
    }
}

/// <summary>One datagram of basic netconsole: where its text lies, when it came, the printk time that it begins with, and whether it is whole lines.</summary>
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
