using System.Text;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Kmsg;

namespace Mayday.Events.Reading;

/// <summary>
/// Finds events in kernel log text. A kernel prints a record when nobody listens: "evlog packet dropped: ..." and the lines after it. What
/// printk removed (the format string of a printed message, the end of a long dump) is missing, and the event notes it.
/// </summary>
public static class FallbackReader
{
    private const int DumpedALine = 16;

    /// <summary>Returns all such events of a log, in order. Other lines are skipped.</summary>
    public static IReadOnlyList<KernelEvent> ReadLog(ReadOnlySpan<byte> log)
    {
        var events = new List<KernelEvent>();
        while (!log.IsEmpty)
        {
            var line = TakeLine(ref log);
            if (EvlogFallbackLine.TryParse(line, out var head))
            {
                events.Add(Read(head, ref log));
            }
        }

        return events;
    }

    private static KernelEvent Read(scoped EvlogFallbackLine head, ref ReadOnlySpan<byte> log)
    {
        var notes = new List<string> { "came through printk: nobody listened to netlink" };
        var payload = head.Format is EvlogFormat.Binary or EvlogFormat.Printf ? TakeDump(head, ref log) : [];
        string text = "", facility = Encoding.ASCII.GetString(head.Facility);
        string? format = null;
        IReadOnlyList<EventArgument> arguments = [];
        var eventType = head.EventType;
        var isTruncated = (head.Flags & EvlogFlags.Truncate) != 0;
        var kind = head.Format;
        switch (head.Format)
        {
            case EvlogFormat.Printf when payload.Length > 0:
                // evl_write wrote this record, so its body was dumped. The byte order is the one in which the size field is plausible.
                var body = PrintfBody.Read(payload, isBigEndian: false);
                body = body.IsCut ? PrintfBody.Read(payload, isBigEndian: true) : body;
                (format, arguments, text) = EventReader.ReadPrintf(body, head.Flags, notes);
                isTruncated |= body.IsCut;
                eventType = TypeOf(head, body.Format);
                break;
            case EvlogFormat.Printf:
                kind = EvlogFormat.String;
                notes.Add("sent as PRINTF: its format string and arguments were lost on the way");
                text = TakeText(ref log);
                break;
            case EvlogFormat.String:
                text = TakeText(ref log);
                eventType = TypeOf(head, Encoding.UTF8.GetBytes(text));
                break;
            case EvlogFormat.Binary:
                isTruncated |= payload.Length < head.Size;
                break;
        }

        return new KernelEvent
        {
            Facility = facility,
            EventType = eventType,
            Severity = head.Severity,
            Format = kind,
            Flags = head.Flags,
            Processor = head.Processor,
            Uid = head.Uid,
            Gid = head.Gid,
            Pid = head.Pid,
            Pgrp = head.Pgrp,
            FormatString = format,
            Arguments = arguments,
            Text = text,
            Payload = kind == EvlogFormat.Binary ? payload : default,
            IsTruncated = isTruncated,
            Notes = notes,
        };
    }

    private static int TypeOf(EvlogFallbackLine head, ReadOnlySpan<byte> text) =>
        (head.Flags & EvlogFlags.EventTypeCrc) != 0 ? EvlogCrc.EventTypeOf(text) : head.EventType;

    private static string TakeText(ref ReadOnlySpan<byte> log)
    {
        var rest = log;
        var line = TakeLine(ref rest);
        if (EvlogFallbackLine.Mentions(line))
        {
            return "";
        }

        log = rest;
        return EventReader.Decode(line);
    }

    private static byte[] TakeDump(scoped EvlogFallbackLine head, ref ReadOnlySpan<byte> log)
    {
        Span<byte> dump = stackalloc byte[EvlogFallbackLine.MaxDumpedBytes];
        Span<byte> part = stackalloc byte[DumpedALine];
        var length = 0;
        while (length < Math.Min(head.Size, EvlogFallbackLine.MaxDumpedBytes))
        {
            var rest = log;
            var count = EvlogFallbackLine.ReadDump(TakeLine(ref rest), part, out var offset);
            if (count == 0 || offset != length || count > dump.Length - length)
            {
                break;
            }

            part[..count].CopyTo(dump[length..]);
            length += count;
            log = rest;
        }

        return dump[..length].ToArray();
    }

    // Takes the next line, without the prefix that printk adds.
    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> log)
    {
        var end = log.IndexOf((byte)'\n');
        var line = end < 0 ? log : log[..end];
        log = end < 0 ? default : log[(end + 1)..];
        return LogLine.TryParse(line, out var parsed) ? parsed.Text : line;
    }
}
