using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mayday.Analysis;
using Mayday.Store.Postgres;

namespace Mayday.Store.Crashes;

/// <summary>
/// The key that identifies one crash in copies over different transports. netoops prints <c>&lt;N&gt;[time] text</c>, basic netconsole
/// <c>[time] text</c>, some kernels add a caller. The printk time has microseconds, so time and first line are enough, and a copy with a
/// gap further down still matches the complete one. Without times, the whole text of the report must match.
/// </summary>
internal static class OccurrenceKey
{
    // Reports without times are compared by this many lines. That includes the registers, which differ from crash to crash.
    private const int MaxUntimedLines = 64;

    public static byte[] Of(ReadOnlySpan<byte> log, CrashReport report)
    {
        var (start, end) = Bounds(log.Length, report);
        var text = log[start..end];
        if (StoredJson.Finite(report.PrintkTime) is { } time)
        {
            return Hash([.. Encoding.ASCII.GetBytes(time.ToString("F6", CultureInfo.InvariantCulture)), (byte)'\n'], Body(NextLine(ref text)));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var lines = 0; lines < MaxUntimedLines && !text.IsEmpty; lines++)
        {
            hash.AppendData(Body(NextLine(ref text)));
            hash.AppendData("\n"u8);
        }

        return hash.GetHashAndReset();
    }

    private static byte[] Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        const int OnStack = 1024;
        var length = first.Length + second.Length;
        var joined = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        first.CopyTo(joined);
        second.CopyTo(joined[first.Length..]);
        return SHA256.HashData(joined[..length]);
    }

    /// <summary>The byte range of a report, clamped to the log.</summary>
    public static (int Start, int End) Bounds(int logLength, CrashReport report)
    {
        var start = Math.Clamp(report.Start, 0, logLength);
        return (start, Math.Clamp(report.End, start, logLength));
    }

    /// <summary>Strips level, time, caller and trailing spaces from a line.</summary>
    internal static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> line)
    {
        line = SkipLevel(line);
        if (SkipTime(ref line))
        {
            line = SkipCaller(line.TrimStart((byte)' '));
        }

        return line.Trim(" \t\r\0"u8);
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line;
    }

    private static ReadOnlySpan<byte> SkipLevel(ReadOnlySpan<byte> line)
    {
        if (line.Length < 3 || line[0] != '<')
        {
            return line;
        }

        var digits = line[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits > 0 && line[digits + 1] == '>' ? line[(digits + 2)..] : line;
    }

    /// <summary>Skips "[   12.345678]" and any syslog prefix before it.</summary>
    private static bool SkipTime(ref ReadOnlySpan<byte> line)
    {
        // Real syslog prefixes with date, host and program are shorter.
        const int MaxPrefix = 160;
        for (var from = 0; from < Math.Min(line.Length, MaxPrefix); from++)
        {
            if (line[from] != '[')
            {
                continue;
            }

            var inner = line[(from + 1)..];
            var close = inner.IndexOf((byte)']');
            if (close > 0 && IsTime(inner[..close]))
            {
                line = inner[(close + 1)..];
                return true;
            }
        }

        return false;
    }

    private static bool IsTime(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart((byte)' ');
        var point = text.IndexOf((byte)'.');
        return point > 0 && text.Length - point == 7
            && text[..point].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && text[(point + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }

    /// <summary>Skips "[   T123]" or "[     C0]", printed with CONFIG_PRINTK_CALLER.</summary>
    private static ReadOnlySpan<byte> SkipCaller(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] != '[')
        {
            return line;
        }

        var close = line.IndexOf((byte)']');
        if (close < 0)
        {
            return line;
        }

        var inner = line[1..close].TrimStart((byte)' ');
        return inner.Length > 1 && inner[0] is (byte)'T' or (byte)'C' && inner[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            ? line[(close + 1)..].TrimStart((byte)' ')
            : line;
    }
}
