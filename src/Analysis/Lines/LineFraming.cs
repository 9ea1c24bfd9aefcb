using System.Buffers.Text;

namespace Mayday.Analysis.Lines;

/// <summary>
/// Removes the framing of one log line: <c>&lt;N&gt;</c>, netconsole header, syslog or journal prefix, timestamp, caller. Each step looks
/// at a bounded number of bytes, so the cost does not depend on the line length.
/// </summary>
internal static partial class LineFraming
{
    // A syslog prefix (time, host, tag) is shorter than this on every system seen. A host name has at most 64 characters.
    private const int PrefixWindow = 200;

    public static FramedLine Parse(ReadOnlySpan<byte> line)
    {
        var framed = new FramedLine { Priority = -1, Time = double.NaN };
        var at = 0;
        while (at < line.Length && at < 8 && line[at] <= (byte)' ')
        {
            at++;
        }

        // Mails quote earlier mails with "> ". No kernel line begins with that.
        while (at + 1 < line.Length && at < 16 && line[at] == '>' && (line[at + 1] == ' ' || line[at + 1] == '>'))
        {
            at += line[at + 1] == ' ' ? 2 : 1;
        }

        var quoted = at > 0 && line[at - 1] == ' ' && line[..at].IndexOf((byte)'>') >= 0;
        var start = at;
        at = ReadPriority(line, at, ref framed);
        at = ReadNetconsoleHeader(line, at, ref framed);
        at = ReadSyslogPrefix(line, at, ref framed);
        at = ReadDropMark(line, at, ref framed);
        var timed = ReadTimestamp(line, at, ref framed);
        if (timed == at && double.IsNaN(framed.Time))
        {
            timed = FindTimestamp(line, at, ref framed);
        }

        // Text without framing keeps its indentation.
        at = timed == start && framed.Priority < 0 ? (start < 8 && !quoted ? 0 : start) : timed;
        at = ReadCaller(line, at, ref framed);
        framed.TextOffset = at;
        framed.IsUser |= framed.Priority >= 8 || IsProgramTag(line[at..]);
        return framed;
    }

    private static int ReadPriority(ReadOnlySpan<byte> line, int at, ref FramedLine framed)
    {
        if (at + 2 < line.Length && line[at] == '<' && IsDigit(line[at + 1])
            && Utf8Parser.TryParse(line[(at + 1)..], out int priority, out var digits) && digits <= 4
            && at + 1 + digits < line.Length && line[at + 1 + digits] == '>')
        {
            framed.Priority = priority;
            return at + digits + 2;
        }

        return at;
    }

    /// <summary>Reads "6,1234,5678901,-,caller=T16;text", with or without a kernel release before it.</summary>
    private static int ReadNetconsoleHeader(ReadOnlySpan<byte> line, int at, ref FramedLine framed)
    {
        if (at >= line.Length || !IsDigit(line[at]))
        {
            return at;
        }

        var window = line[at..Math.Min(line.Length, at + PrefixWindow)];
        var end = window.IndexOf((byte)';');
        if (end < 0)
        {
            return at;
        }

        var header = window[..end];
        if (!ReadNumberField(ref header, out var priority))
        {
            var comma = header.IndexOf((byte)',');
            if (comma <= 0 || header[..comma].IndexOf((byte)'.') < 0)
            {
                return at;
            }

            header = header[(comma + 1)..];
            if (!ReadNumberField(ref header, out priority))
            {
                return at;
            }
        }

        if (!ReadNumberField(ref header, out _) || !ReadNumberField(ref header, out var microseconds)
            || header.IsEmpty || header[0] is not ((byte)'-' or (byte)'c' or (byte)'+') || (header.Length > 1 && header[1] != ','))
        {
            return at;
        }

        framed.Priority = (int)Math.Min(priority, 4096);
        framed.Time = microseconds / 1e6;
        var caller = header.IndexOf("caller="u8);
        if (caller >= 0)
        {
            framed.Caller = CallerNumber(header[(caller + 7)..]);
        }

        return at + end + 1;
    }

    private static bool ReadNumberField(ref ReadOnlySpan<byte> header, out long value)
    {
        if (Utf8Parser.TryParse(header, out value, out var used) && used > 0 && value >= 0 && used < header.Length && header[used] == ',')
        {
            header = header[(used + 1)..];
            return true;
        }

        return false;
    }

    private static int ReadDropMark(ReadOnlySpan<byte> line, int at, ref FramedLine framed)
    {
        var rest = line[at..];
        if (!rest.StartsWith("** "u8))
        {
            return at;
        }

        var window = rest[..Math.Min(rest.Length, 80)];
        var end = window.IndexOf("dropped **"u8);
        if (end < 0)
        {
            return at;
        }

        framed.AfterDrop = true;
        return SkipBlanks(line, at + end + 10);
    }

    /// <summary>Reads "[   12.345678] " at <paramref name="at"/>. Returns <paramref name="at"/> if there is none.</summary>
    private static int ReadTimestamp(ReadOnlySpan<byte> line, int at, ref FramedLine framed)
    {
        if (at >= line.Length || line[at] != '[')
        {
            return at;
        }

        var i = at + 1;
        while (i < line.Length && i < at + 10 && line[i] == ' ')
        {
            i++;
        }

        var digits = i;
        while (i < line.Length && i < digits + 10 && IsDigit(line[i]))
        {
            i++;
        }

        if (i == digits || i >= line.Length || line[i] != '.')
        {
            return at;
        }

        var fraction = ++i;
        while (i < line.Length && i < fraction + 9 && IsDigit(line[i]))
        {
            i++;
        }

        if (i - fraction < 3)
        {
            return at;
        }

        // Some vendors add "@0" or " 0" for the CPU before the bracket.
        var close = line[i..Math.Min(line.Length, i + 8)].IndexOf((byte)']');
        if (close < 0 || !Utf8Parser.TryParse(line[digits..i], out double seconds, out _))
        {
            return at;
        }

        framed.Time = seconds;
        return SkipOneBlank(line, i + close + 1);
    }

    /// <summary>
    /// Finds a timestamp after other output ("syzkaller login: [   12.345678] BUG: ..."). The kernel line begins at the timestamp.
    /// </summary>
    private static int FindTimestamp(ReadOnlySpan<byte> line, int at, ref FramedLine framed)
    {
        var window = line[at..Math.Min(line.Length, at + PrefixWindow)];
        var from = 0;
        for (var tries = 0; tries < 6; tries++)
        {
            var bracket = window[from..].IndexOf((byte)'[');
            if (bracket < 0)
            {
                break;
            }

            from += bracket;
            if (from + 1 < window.Length && (window[from + 1] == ' ' || IsDigit(window[from + 1])))
            {
                var end = ReadTimestamp(line, at + from, ref framed);
                if (end != at + from)
                {
                    return end;
                }
            }

            from++;
        }

        return at;
    }

    /// <summary>Recognises "app[55]: text": a program that writes to the kernel log. The kernel never writes such a tag.</summary>
    private static bool IsProgramTag(ReadOnlySpan<byte> text)
    {
        var i = 0;
        while (i < text.Length && i < 48 && (IsLetter(text[i]) || IsDigit(text[i]) || text[i] is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'/' or (byte)'@'))
        {
            i++;
        }

        if (i == 0 || i + 3 >= text.Length || text[i] != '[')
        {
            return false;
        }

        var digits = ++i;
        while (i < text.Length && i < digits + 8 && IsDigit(text[i]))
        {
            i++;
        }

        return i > digits && i + 2 < text.Length && text[i] == ']' && text[i + 1] == ':' && text[i + 2] == ' ';
    }

    private static int SkipOneBlank(ReadOnlySpan<byte> line, int at) => at < line.Length && line[at] == ' ' ? at + 1 : at;

    private static int SkipBlanks(ReadOnlySpan<byte> line, int at)
    {
        while (at < line.Length && line[at] == ' ')
        {
            at++;
        }

        return at;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private static bool IsLetter(byte value) => (value | 0x20) is >= (byte)'a' and <= (byte)'z';
}
