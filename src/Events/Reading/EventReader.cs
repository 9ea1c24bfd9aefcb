using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Reading;

/// <summary>
/// Converts evlog records to kernel events: prints the text, types the arguments and notes anomalies. Never throws on untrusted input. The
/// size of an event is bounded by the record (8 KiB) and by <see cref="MaxTextBytes"/>.
/// </summary>
public static class EventReader
{
    /// <summary>
    /// Maximum length of an event's text. A full 8 KiB record printed without widths stays below it; widths are untrusted numbers.
    /// </summary>
    public const int MaxTextBytes = 16 << 10;

    /// <summary>Maximum number of arguments kept for one event. Senders use a handful, but 8 KiB of `%d` could claim thousands.</summary>
    public const int MaxArguments = 64;

    /// <summary>
    /// The facility of messages from the raw netlink group: <c>kernel_error_event()</c> calls of the kernel itself, which name no facility.
    /// </summary>
    public const string RawFacility = "kern";

    /// <summary>Reads the first record: a netlink frame, or a drained record without a frame.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, [NotNullWhen(true)] out KernelEvent? result, out PacketRejectReason reason)
    {
        result = null;
        reason = PacketRejectReason.Empty;
        var reader = new EvlogReader(frame);
        if (!reader.MoveNext())
        {
            return false;
        }

        reason = reader.Reason;
        if (reason != PacketRejectReason.None)
        {
            return false;
        }

        result = Read(reader.Record);
        return true;
    }

    /// <summary>Reads all records in order. Rejected ones have their reason.</summary>
    public static IReadOnlyList<EventReading> ReadAll(ReadOnlyMemory<byte> frames)
    {
        var readings = new List<EventReading>();
        for (var reader = new EvlogReader(frames.Span); reader.MoveNext();)
        {
            readings.Add(new EventReading(
                reader.Reason == PacketRejectReason.None ? Read(reader.Record) : null, reader.Reason, frames.Slice(reader.Offset, reader.Frame.Length)));
        }

        return readings;
    }

    /// <summary>Converts a parsed record to an event.</summary>
    public static KernelEvent Read(EvlogRecord record)
    {
        var notes = new List<string>();
        var isTruncated = (record.Flags & EvlogFlags.Truncate) != 0;
        string text = "", format = "";
        IReadOnlyList<EventArgument> arguments = [];
        switch (record.Format)
        {
            case EvlogFormat.String:
                text = Line(TextOf(record.Variable), record.Flags);
                break;
            case EvlogFormat.Printf:
                var body = record.ReadPrintf();
                (format, arguments, text) = ReadPrintf(body, record.Flags, notes);
                isTruncated |= body.IsCut;
                break;
        }

        return new KernelEvent
        {
            Facility = FacilityOf(record),
            EventType = record.ComputeEventType(),
            Severity = record.Severity,
            Format = record.Format,
            Flags = record.Flags,
            Processor = record.Processor,
            Uid = record.Uid,
            Gid = record.Gid,
            Pid = record.Pid,
            Pgrp = record.Pgrp,
            OccurredAt = TimeOf(record, notes),
            FormatString = record.Format == EvlogFormat.Printf ? format : null,
            Arguments = arguments,
            Text = text,
            Payload = record.Format == EvlogFormat.Binary ? record.Variable.ToArray() : default,
            IsBigEndian = record.IsBigEndian,
            IsTruncated = isTruncated,
            Notes = notes,
        };
    }

    /// <summary>Converts a message of the raw netlink group: any payload, without a header.</summary>
    public static KernelEvent ReadRaw(ReadOnlySpan<byte> payload) => new()
    {
        Facility = RawFacility,
        EventType = 0,
        // The message has no severity. An error channel carries errors, so it is treated as one.
        Severity = Severity.Error,
        Format = EvlogFormat.Binary,
        Text = "",
        Payload = payload.ToArray(),
        Notes = ["a message of the raw group: no header, so facility and severity are assumed"],
    };

    internal static (string Format, IReadOnlyList<EventArgument> Arguments, string Text) ReadPrintf(PrintfBody body, EvlogFlags flags, List<string> notes)
    {
        var arguments = ReadArguments(body, notes);
        var text = Line(Print(body, notes), flags);
        AddNotes(body, notes);
        return (Decode(body.Format), arguments, text);
    }

    internal static string Decode(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);

    internal static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return end < 0 ? bytes : bytes[..end];
    }

    // Removes the line feed at the end, and the level before each line of a printk message, which the record already has.
    private static string Line(ReadOnlySpan<byte> text, EvlogFlags flags)
    {
        text = text.TrimEnd((byte)'\n');
        if ((flags & EvlogFlags.Printk) == 0)
        {
            return Decode(text);
        }

        var lines = new List<string>();
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            lines.Add(Decode(line is [(byte)'<', >= (byte)'0' and <= (byte)'7', (byte)'>', ..] ? line[3..] : line));
        }

        return string.Join('\n', lines);
    }

    private static byte[] Print(PrintfBody body, List<string> notes)
    {
        var room = ArrayPool<byte>.Shared.Rent(MaxTextBytes);
        try
        {
            var length = body.Render(room.AsSpan(0, MaxTextBytes), out var isCut);
            if (isCut)
            {
                notes.Add($"the text was cut at {MaxTextBytes} bytes");
            }

            return room.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private static List<EventArgument> ReadArguments(PrintfBody body, List<string> notes)
    {
        var arguments = new List<EventArgument>();
        foreach (var argument in body)
        {
            if (arguments.Count == MaxArguments)
            {
                notes.Add($"only the first {MaxArguments} arguments are kept");
                break;
            }

            var kind = argument.Kind switch
            {
                PrintfKind.String => EventArgumentKind.String,
                PrintfKind.Pointer => EventArgumentKind.Pointer,
                PrintfKind.Unsigned => EventArgumentKind.Unsigned,
                PrintfKind.Character => EventArgumentKind.Character,
                _ => EventArgumentKind.Signed,
            };
            arguments.Add(new EventArgument(kind, argument.Number, kind == EventArgumentKind.String ? Decode(argument.Text) : null, Decode(argument.Conversion)));
        }

        return arguments;
    }

    private static void AddNotes(PrintfBody body, List<string> notes)
    {
        if (body.IsCut)
        {
            notes.Add("the sender's buffer ended before the arguments did: values are missing");
        }

        if (!body.IsWordSizeCertain)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"word size unknown, taken as {body.WordSize}: values of long, size_t and pointers may be wrong"));
        }

        if (!body.HasUnknownConversion)
        {
            return;
        }

        for (var scanner = new PrintfScanner(body.Format); scanner.MoveNext();)
        {
            if (scanner.Current.Kind == PrintfKind.Unknown)
            {
                notes.Add($"values after {AsWritten(body.Format, scanner.Current)} may be shifted: evlog packs nothing for it");
                return;
            }
        }
    }

    // For %hhd, evlog's packer sees %hh followed by a text letter. People expect %hhd.
    private static string AsWritten(ReadOnlySpan<byte> format, PrintfConversion conversion)
    {
        var end = conversion.Start + conversion.Length;
        var isDoubled = conversion.Letter == 'h' && end < format.Length && char.IsAsciiLetter((char)format[end]);
        return Decode(format[conversion.Start..(isDoubled ? end + 1 : end)]);
    }

    private static string FacilityOf(EvlogRecord record) => record.FacilityCode is { } code
        ? EvlogFacility.NameOf(code) ?? string.Create(CultureInfo.InvariantCulture, $"0x{code:x8}")
        : Encoding.ASCII.GetString(record.Facility);

    private static DateTimeOffset? TimeOf(EvlogRecord record, List<string> notes)
    {
        if (record.Seconds is not { } seconds)
        {
            return null;
        }

        if ((record.Flags & EvlogFlags.InitialBootEvent) != 0)
        {
            notes.Add("the sender's time was not set yet: the event is of early boot");
        }

        if ((record.Flags & EvlogFlags.KernelTimeLocal) != 0)
        {
            notes.Add("the sender's time is local time, not UTC");
        }

        // 0 is a clock that was never set.
        return seconds <= 0 || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? null
            : DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(record.Nanoseconds!.Value / TimeSpan.NanosecondsPerTick);
    }
}

/// <summary>One of several records: the event, or the reason why there is none, and its bytes including the frame.</summary>
public readonly record struct EventReading(KernelEvent? Event, PacketRejectReason Reason, ReadOnlyMemory<byte> Frame);
