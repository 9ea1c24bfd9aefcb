using System.Buffers.Text;
using System.Globalization;

namespace Mayday.Protocol.Evlog;

/// <summary>The line that a kernel prints instead of sending a record when no program listens: <c>evlog packet dropped: size=%u fmt=%d
/// evty=%#x fac=%s sev=%d uid=%u gid=%u pid=%d pgrp=%d flags=%#x cpu=%d</c>. The record's content follows on separate lines: its text, or a
/// hexadecimal dump. A view of the parsed bytes; allocates nothing and never throws. Source: <c>evl_printk_fallback</c> of the 2.5.75
/// patch.</summary>
public readonly ref struct EvlogFallbackLine
{
    /// <summary>Most bytes of a record's variable part that the kernel dumps.</summary>
    public const int MaxDumpedBytes = 512;

    private static ReadOnlySpan<byte> Mark => "evlog packet dropped: "u8;

    /// <summary>Length of the record's variable part in bytes. It is larger than the dump that follows when the dump was cut.</summary>
    public uint Size { get; private init; }

    /// <summary>Format of the variable part.</summary>
    public EvlogFormat Format { get; private init; }

    /// <summary>The event type in the record: 0 where the receiver had to compute it.</summary>
    public int EventType { get; private init; }

    /// <summary>1 to 15 printable characters.</summary>
    public ReadOnlySpan<byte> Facility { get; private init; }

    /// <summary>The severity.</summary>
    public Severity Severity { get; private init; }

    /// <summary>User id.</summary>
    public uint Uid { get; private init; }

    /// <summary>Group id.</summary>
    public uint Gid { get; private init; }

    /// <summary>Process id.</summary>
    public int Pid { get; private init; }

    /// <summary>Process group.</summary>
    public int Pgrp { get; private init; }

    /// <summary>Flags of the record.</summary>
    public EvlogFlags Flags { get; private init; }

    /// <summary>CPU.</summary>
    public int Processor { get; private init; }

    /// <summary>A quick check whether the text may contain such a line.</summary>
    /// <param name="text">Any text.</param>
    public static bool Mentions(ReadOnlySpan<byte> text) => text.IndexOf(Mark) >= 0;

    /// <summary>Reads a line.</summary>
    /// <param name="line">A line of a kernel log; level and time before the words do not matter.</param>
    /// <param name="result">What it says.</param>
    /// <returns>False where it is another line, or a field is missing or out of range.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out EvlogFallbackLine result)
    {
        result = default;
        var at = line.IndexOf(Mark);
        if (at < 0)
        {
            return false;
        }

        var rest = line[(at + Mark.Length)..].TrimEnd("\r\n \0"u8);
        if (!TryTake(ref rest, "size="u8, out long size) || !TryTake(ref rest, "fmt="u8, out long format) || !TryTake(ref rest, "evty="u8, out long eventType)
            || !rest.StartsWith("fac="u8))
        {
            return false;
        }

        // A facility may contain blanks, but not the name of the next field.
        var end = rest.IndexOf(" sev="u8);
        if (end < "fac=x"u8.Length || end > "fac="u8.Length + EvlogOffsets.FacilityLength - 1)
        {
            return false;
        }

        var facility = rest["fac="u8.Length..end];
        rest = rest[(end + 1)..];
        if (!TryTake(ref rest, "sev="u8, out long severity) || !TryTake(ref rest, "uid="u8, out long uid) || !TryTake(ref rest, "gid="u8, out long gid)
            || !TryTake(ref rest, "pid="u8, out long pid) || !TryTake(ref rest, "pgrp="u8, out long pgrp) || !TryTake(ref rest, "flags="u8, out long flags)
            || !TryTake(ref rest, "cpu="u8, out long processor))
        {
            return false;
        }

        if (format is < 0 or > (long)EvlogFormat.Printf || severity is < 0 or > (long)Severity.Debug || facility.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return false;
        }

        result = new EvlogFallbackLine
        {
            Size = (uint)size,
            Format = (EvlogFormat)format,
            EventType = (int)eventType,
            Facility = facility,
            Severity = (Severity)severity,
            Uid = (uint)uid,
            Gid = (uint)gid,
            Pid = (int)pid,
            Pgrp = (int)pgrp,
            Flags = (EvlogFlags)flags,
            Processor = (int)processor,
        };
        return true;
    }

    /// <summary>Reads a line of the dump that follows a binary record: <c>%04X</c>, then up to sixteen <c>%02X</c>, each with a blank behind
    /// it.</summary>
    /// <param name="text">The line, without level and time.</param>
    /// <param name="destination">Receives at most 16 bytes.</param>
    /// <param name="offset">Where in the variable part they lie.</param>
    /// <returns>Bytes written; 0 where the line is no such line.</returns>
    public static int ReadDump(ReadOnlySpan<byte> text, Span<byte> destination, out int offset)
    {
        offset = 0;
        text = text.TrimEnd("\r\n \0"u8);
        if (text.Length < "0000 00"u8.Length || text.Length > 4 + 16 * 3 || text[4] != ' '
            || !Utf8Parser.TryParse(text[..4], out offset, out var used, 'x') || used != 4)
        {
            return 0;
        }

        var count = 0;
        for (text = text[4..]; !text.IsEmpty; text = text[3..])
        {
            if (text.Length < 3 || text[0] != ' ' || !Utf8Parser.TryParse(text.Slice(1, 2), out byte one, out used, 'x') || used != 2 || count == destination.Length)
            {
                return 0;
            }

            destination[count++] = one;
        }

        return count;
    }

    // Reads a number in decimal, or in hexadecimal with 0x (zero may be 0 or 0x0), up to the next blank.
    private static bool TryTake(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, out long value)
    {
        value = 0;
        if (!rest.StartsWith(name))
        {
            return false;
        }

        rest = rest[name.Length..];
        var end = rest.IndexOf((byte)' ');
        var digits = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        var isParsed = digits.StartsWith("0x"u8)
            ? long.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        return isParsed && value is >= int.MinValue and <= uint.MaxValue;
    }
}
