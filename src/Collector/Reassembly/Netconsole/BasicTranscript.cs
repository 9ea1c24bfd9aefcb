using System.Buffers.Text;
using System.Globalization;
using Mayday.Protocol.Kmsg;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Reads the datagrams of a basic window: the text in order of arrival, except for single lines that arrived late (<see
/// cref="PrintkOrder"/>). The basic format cannot show whether text is missing, and the transcript says so.</summary>
internal static class BasicTranscript
{
    private static ReadOnlySpan<byte> DropLead => "** "u8;

    private static ReadOnlySpan<byte> DropTail => " printk messages dropped **"u8;

    public static Transcript Write(ReadOnlySpan<byte> datagrams)
    {
        var log = new MemoryStream(datagrams.Length);
        var pieces = new List<BasicPiece>();
        var all = datagrams;
        while (DatagramLog.TryRead(ref datagrams, out var arrival, out var datagram))
        {
            pieces.Add(BasicPiece.Of(datagram, all.Length - datagrams.Length - datagram.Length, arrival.UtcTicks / TimeSpan.TicksPerMicrosecond));
        }

        var moved = PrintkOrder.Restore(pieces);
        foreach (var piece in pieces)
        {
            log.Write(all.Slice(piece.Start, piece.Length));
        }

        if (log.Length > 0 && log.GetBuffer()[log.Length - 1] != '\n')
        {
            log.WriteByte((byte)'\n');
        }

        var text = log.ToArray();
        ReadLines(text, out var hasTimes, out var dropped, out var release);
        return new Transcript
        {
            Log = text,
            KernelRelease = release,
            HasTimes = hasTimes,
            Completeness = new Completeness
            {
                Complete = null,
                Received = pieces.Count,
                Notes = [.. Describe(dropped, moved)],
            },
        };
    }

    private static IEnumerable<string> Describe(long dropped, int moved)
    {
        if (dropped > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the sender dropped {dropped} messages");
        }

        if (moved > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"lines that came late and stand where their printk times say: {moved}");
        }
    }

    private static void ReadLines(ReadOnlySpan<byte> text, out bool hasTimes, out long dropped, out string? release)
    {
        hasTimes = false;
        dropped = 0;
        release = null;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            _ = LogLine.TryParse(end < 0 ? text : text[..end], out var line);
            text = end < 0 ? default : text[(end + 1)..];
            hasTimes |= line.HasTimestamp;
            release ??= Transcript.ReleaseOf(line.Text);
            if (line.Text.StartsWith(DropLead)
                && Utf8Parser.TryParse(line.Text[DropLead.Length..], out uint count, out var digits)
                && line.Text[(DropLead.Length + digits)..].StartsWith(DropTail))
            {
                dropped += count;
            }
        }
    }
}
