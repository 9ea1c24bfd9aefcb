using Mayday.Protocol.Kmsg;

namespace Mayday.Protocol.Evlog;

/// <summary>Writes a kernel log as evlog records, one STRING record per line, as evlog forwarded printk: the level is in the header, the
/// time is left out.</summary>
public static class EvlogDatagrams
{
    private const string Facility = "kern";

    // The level that printk gives to a message without one.
    private const Severity DefaultSeverity = Severity.Warning;

    /// <summary>Makes netlink frames of a log, little-endian, the event type left to the receiver.</summary>
    /// <param name="log">The log, oldest line first; empty lines are left out.</param>
    /// <returns>Datagrams of one frame, each in memory of its own.</returns>
    public static IEnumerable<byte[]> Split(ReadOnlyMemory<byte> log)
    {
        while (!log.IsEmpty)
        {
            var end = log.Span.IndexOf((byte)'\n');
            var line = end < 0 ? log : log[..end];
            log = end < 0 ? default : log[(end + 1)..];
            if (!line.Span.Trim("\r \0"u8).IsEmpty)
            {
                yield return Write(line.Span);
            }
        }
    }

    private static byte[] Write(ReadOnlySpan<byte> text)
    {
        _ = LogLine.TryParse(text, out var line);
        byte[] variable = [.. line.Text, 0];
        var header = new EvlogHeader
        {
            Facility = Facility,
            Severity = line.HasPriority ? (Severity)(line.Priority & 7) : DefaultSeverity,
            Format = EvlogFormat.String,
            Flags = EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc,
        };
        var frame = new byte[EvlogWriter.FrameLength(EvlogLayout.Netlink, variable.Length)];
        EvlogWriter.WriteFrame(header, variable, EvlogLayout.Netlink, isBigEndian: false, frame);
        return frame;
    }
}
