using System.Buffers;
using System.Globalization;
using System.Text;
using Mayday.Protocol.Kmsg;
using Mayday.Protocol.Netconsole;
using Mayday.Simulation.Captures;

namespace Mayday.Simulation.Replay;

/// <summary>A kernel log as netconsole datagrams, one record a line.</summary>
public static class NetconsoleDatagrams
{
    // What printk gives a message that names no level.
    private const int DefaultPriority = 4;

    /// <summary>
    /// Makes extended datagrams of a log: level, time and caller are taken off each line into the header; records are numbered from 0 in
    /// sequence and from 1 in message ids, so that a receiver can tell every loss. A line without a time has that of the line before.
    /// </summary>
    /// <param name="log">The log, oldest line first.</param>
    /// <param name="hostName">Sent as userdata <c>host=</c>; empty for none.</param>
    /// <returns>Datagrams, each in memory of its own.</returns>
    public static IEnumerable<byte[]> SplitExtended(ReadOnlyMemory<byte> log, string hostName = "")
    {
        ArgumentNullException.ThrowIfNull(hostName);
        var sequence = 0UL;
        var time = 0UL;
        foreach (var line in Lines(log))
        {
            foreach (var datagram in WriteLine(line.Span, sequence, hostName, ref time))
            {
                yield return datagram;
            }

            sequence++;
        }
    }

    /// <summary>Makes basic datagrams of a log: each line as a console shows it, without its level, cut at 1000 bytes.</summary>
    /// <param name="log">The log, oldest line first.</param>
    /// <returns>Datagrams, each in memory of its own.</returns>
    public static IEnumerable<byte[]> SplitBasic(ReadOnlyMemory<byte> log)
    {
        foreach (var line in Lines(log))
        {
            foreach (var datagram in WriteBasic(line.Span))
            {
                yield return datagram;
            }
        }
    }

    /// <summary>Writes captured extended records again, with one more line of userdata that names the host, as its kernel would.</summary>
    /// <param name="records">The records, in sending order.</param>
    /// <param name="hostName">Sent as userdata <c>host=</c>.</param>
    /// <returns>Datagrams, each in memory of its own.</returns>
    public static IEnumerable<byte[]> Rewrite(IEnumerable<CapturedRecord> records, string hostName)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentException.ThrowIfNullOrEmpty(hostName);
        foreach (var record in records)
        {
            foreach (var datagram in RewriteOne(record, hostName))
            {
                yield return datagram;
            }
        }
    }

    private static List<byte[]> RewriteOne(CapturedRecord record, string hostName)
    {
        Span<byte> header = stackalloc byte[128];
        var length = ExtendedWriter.WriteHeader(
            header, record.Priority, record.Sequence, record.TimestampMicroseconds, record.Flag, Bounded(record.Caller.Span));

        // Sysdata comes after userdata, and a message id is accepted in the last line only.
        var body = record.JoinBody().AsSpan().TrimEnd((byte)0);
        var hasEnd = body.EndsWith("\n"u8);
        byte[] whole = hasEnd ? body.ToArray() : [.. body, (byte)'\n'];
        var tail = new MessageBody(whole).TryGetMessageId(out _) ? whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1 : whole.Length;
        byte[] extra = [.. Encoding.UTF8.GetBytes($" host={hostName}\n"), .. whole.AsSpan(tail)];
        return Collect(new ExtendedWriter(record.Release.Span, header[..length], whole.AsSpan(0, tail), extra));
    }

    private static List<byte[]> WriteLine(ReadOnlySpan<byte> text, ulong sequence, string hostName, ref ulong time)
    {
        _ = LogLine.TryParse(text, out var line);
        if (line.HasTimestamp)
        {
            time = line.TimestampMicroseconds;
        }

        Span<byte> header = stackalloc byte[128];
        var length = ExtendedWriter.WriteHeader(
            header, line.HasPriority ? line.Priority : DefaultPriority, sequence, time, (byte)'-', Bounded(line.Caller));
        var message = new ArrayBufferWriter<byte>(line.Text.Length + 1);
        Escapes.Escape(line.Text, message);
        message.Write("\n"u8);
        var userdata = hostName.Length == 0 ? "" : $" host={hostName}\n";
        var extra = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{userdata} msgid={(uint)(sequence + 1)}\n"));
        return Collect(new ExtendedWriter(default, header[..length], message.WrittenSpan, extra));
    }

    private static List<byte[]> WriteBasic(ReadOnlySpan<byte> text)
    {
        _ = LogLine.TryParse(text, out var line);
        var shown = line.HasPriority ? line.Line[(line.Line.IndexOf((byte)'>') + 1)..] : line.Line;
        var datagrams = new List<byte[]>();
        var writer = new BasicWriter([.. shown, (byte)'\n']);
        while (writer.TryTake(out var datagram))
        {
            datagrams.Add(datagram.ToArray());
        }

        return datagrams;
    }

    private static List<byte[]> Collect(ExtendedWriter writer)
    {
        var datagrams = new List<byte[]>();
        Span<byte> memory = stackalloc byte[ExtendedWriter.MaxDatagramLength];
        while (writer.TryWrite(memory, out var written))
        {
            datagrams.Add(memory[..written].ToArray());
        }

        return datagrams;
    }

    // A caller is a letter and a number; what a file claims beyond that does not fit the header.
    private static ReadOnlySpan<byte> Bounded(ReadOnlySpan<byte> caller) => caller[..Math.Min(caller.Length, 32)];

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> log)
    {
        while (!log.IsEmpty)
        {
            var end = log.Span.IndexOf((byte)'\n');
            yield return end < 0 ? log : log[..end];
            log = end < 0 ? default : log[(end + 1)..];
        }
    }
}
