namespace Mayday.Protocol.Kmsg;

/// <summary>One line of a kernel log as text, without its prefixes: <c>&lt;N&gt;</c> (dmesg -r, pstore, netoops), <c>[seconds.micros]</c>
/// and the caller <c>[ T123]</c>, each of which may be missing. A view of the bytes that it was parsed from; allocates nothing, never
/// throws.</summary>
public readonly ref struct LogLine
{
    private const int MicrosecondDigits = 6;

    // The limit ensures that seconds * 1,000,000 + micros fits 64 bits.
    private const ulong MaxSeconds = ulong.MaxValue / 1_000_000 - 1;

    private LogLine(ReadOnlySpan<byte> line, int priority, bool hasTimestamp, ulong timestamp, ReadOnlySpan<byte> caller, ReadOnlySpan<byte> text)
    {
        Line = line;
        Priority = priority;
        HasTimestamp = hasTimestamp;
        TimestampMicroseconds = timestamp;
        Caller = caller;
        Text = text;
    }

    /// <summary>The whole line, without its line end.</summary>
    public ReadOnlySpan<byte> Line { get; }

    /// <summary>True when the line begins with <c>&lt;N&gt;</c>.</summary>
    public bool HasPriority => Priority >= 0;

    /// <summary>Facility times 8 plus severity, 0..2047; -1 when the line has no priority.</summary>
    public int Priority { get; }

    /// <summary>True when the line carries a printk time.</summary>
    public bool HasTimestamp { get; }

    /// <summary>Microseconds since boot; 0 when the line has no time.</summary>
    public ulong TimestampMicroseconds { get; }

    /// <c>T123</c> or <c>C1</c>, without brackets and padding; empty when the line has no caller.
    public ReadOnlySpan<byte> Caller { get; }

    /// <summary>The printed text.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Takes the prefixes off one line.</summary>
    /// <param name="line">The line; a line end (LF or CR LF) at its end is left out.</param>
    /// <param name="result">The pieces; without any prefix the whole line is <see cref="Text"/>.</param>
    /// <returns>True when the line has a level or a time, so that a record surely begins here; false for bare text.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogLine result)
    {
        if (line.EndsWith("\n"u8))
        {
            line = line[..^1];
        }

        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        var rest = line;
        var priority = TakePriority(ref rest);
        var hasTimestamp = TryTakeTimestamp(ref rest, out var timestamp);
        ReadOnlySpan<byte> caller = default;
        if (hasTimestamp)
        {
            caller = TakeCaller(ref rest);
            if (rest.StartsWith(" "u8))
            {
                rest = rest[1..];
            }
        }

        result = new LogLine(line, priority, hasTimestamp, timestamp, caller, rest);
        return priority >= 0 || hasTimestamp;
    }

    private static int TakePriority(ref ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("<"u8))
        {
            return -1;
        }

        var end = rest.IndexOf((byte)'>');
        if (end < 0 || !Decimals.TryParse(rest[1..end], out var priority) || priority > RecordHeader.MaxPriority)
        {
            return -1;
        }

        rest = rest[(end + 1)..];
        return (int)priority;
    }

    // "[%5lu.%06lu]": blanks, seconds, a point, six digits.
    private static bool TryTakeTimestamp(ref ReadOnlySpan<byte> rest, out ulong microseconds)
    {
        microseconds = 0;
        if (!rest.StartsWith("["u8))
        {
            return false;
        }

        var end = rest.IndexOf((byte)']');
        if (end < 0)
        {
            return false;
        }

        var inner = rest[1..end].TrimStart((byte)' ');
        var point = inner.Length - MicrosecondDigits - 1;
        if (point < 1 || inner[point] != '.'
            || !Decimals.TryParse(inner[..point], out var seconds) || seconds > MaxSeconds
            || !Decimals.TryParse(inner[(point + 1)..], out var fraction))
        {
            return false;
        }

        microseconds = seconds * 1_000_000 + fraction;
        rest = rest[(end + 1)..];
        return true;
    }

    // "[  T123]" or "[    C1]", directly after the time. Anything else there is text, for example "[drm]".
    private static ReadOnlySpan<byte> TakeCaller(scoped ref ReadOnlySpan<byte> rest)
    {
        var start = rest.StartsWith(" ["u8) ? 1 : 0;
        var candidate = rest[start..];
        if (!candidate.StartsWith("["u8))
        {
            return default;
        }

        var end = candidate.IndexOf((byte)']');
        if (end < 0)
        {
            return default;
        }

        var caller = candidate[1..end].Trim((byte)' ');
        if (caller.Length < 2 || caller[0] is not ((byte)'T' or (byte)'C') || !Decimals.IsDigits(caller[1..]))
        {
            return default;
        }

        rest = candidate[(end + 1)..];
        return caller;
    }
}
