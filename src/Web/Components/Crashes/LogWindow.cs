using System.Buffers;
using System.Globalization;
using System.Text;
using Mayday.Analysis;
using Mayday.Web.Api.Crashes;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Crashes;

/// <summary>One line of a kernel log as the page shows it.</summary>
/// <param name="Number">Line number in the whole log, from 1.</param>
/// <param name="Time">Seconds since boot as printed; empty where the line has none.</param>
/// <param name="Caller">"T125", "C0" where printed; empty elsewhere.</param>
/// <param name="Severity">0 to 7 where the line says it.</param>
/// <param name="IsGap">A row that says what is missing here.</param>
/// <param name="InReport">One of the crash's own lines.</param>
/// <param name="IsGuilty">Names the guilty function.</param>
public sealed record ShownLine(int Number, string Time, string Caller, string Text, int? Severity, bool IsGap, bool InReport, bool IsGuilty);

/// <summary>
/// The part of a kernel log that a page shows. A log may have 64 MiB: only the lines of the window become text, and neither the circuit nor the
/// browser ever holds the rest.
/// </summary>
public sealed record LogWindow(IReadOnlyList<ShownLine> Lines, int TotalLines, long TotalBytes, int FirstReportLine)
{
    /// <summary>Whole logs of ordinary machines (a 256 KiB ring has about 3,000 lines) fit, and a browser finds text in them by itself.</summary>
    public const int Size = 4000;

    /// <summary>Lines before the crash that a window over a longer log opens with.</summary>
    private const int Before = 400;

    /// <summary>A single line longer than this is cut on the page; the download has it whole.</summary>
    private const int MaxLineBytes = 4096;

    private static readonly SearchValues<byte> s_timeCharacters = SearchValues.Create("0123456789."u8);

    public int First => Lines.Count == 0 ? 0 : Lines[0].Number;

    public int Last => Lines.Count == 0 ? 0 : Lines[^1].Number;

    /// <param name="log">The stored bytes.</param>
    /// <param name="start">Byte range of the report.</param>
    /// <param name="end">Exclusive.</param>
    /// <param name="guiltyFunction">Lines of the report that name it are marked.</param>
    /// <param name="around">The line that must be in the window; null: the report's first.</param>
    public static LogWindow Of(ReadOnlySpan<byte> log, int start, int end, string? guiltyFunction, int? around)
    {
        var total = CountLines(log);
        var reportLine = CountLines(log[..Math.Clamp(start, 0, log.Length)]) + (start > 0 && start <= log.Length && log[start - 1] == (byte)'\n' ? 1 : 0);
        reportLine = Math.Max(1, reportLine);
        var middle = Math.Clamp(around ?? reportLine, 1, Math.Max(1, total));
        var first = total <= Size ? 1 : Math.Clamp(middle - Before, 1, total - Size + 1);

        var lines = new List<ShownLine>(Math.Min(Size, total));
        var guilty = string.IsNullOrEmpty(guiltyFunction) ? null : guiltyFunction;
        var offset = 0;
        for (var number = 1; offset < log.Length && lines.Count < Size; number++)
        {
            var length = log[offset..].IndexOf((byte)'\n');
            var next = length < 0 ? log.Length : offset + length + 1;
            if (number >= first)
            {
                var inReport = offset >= start && offset < end;
                lines.Add(Read(number, log[offset..(length < 0 ? log.Length : offset + length)], inReport, guilty));
            }

            offset = next;
        }

        return new(lines, total, log.Length, reportLine);
    }

    private static int CountLines(ReadOnlySpan<byte> log) => log.Count((byte)'\n') + (log.Length > 0 && log[^1] != (byte)'\n' ? 1 : 0);

    private static ShownLine Read(int number, ReadOnlySpan<byte> bytes, bool inReport, string? guilty)
    {
        if (bytes.Length > 0 && bytes[^1] == (byte)'\r')
        {
            bytes = bytes[..^1];
        }

        if (GapMark.IsGapMark(bytes))
        {
            var mark = Encoding.UTF8.GetString(bytes[GapMark.Prefix.Length..]);
            return new(number, "", "", PlainText.Of(mark.EndsWith(GapMark.Suffix, StringComparison.Ordinal) ? mark[..^GapMark.Suffix.Length] : mark), null, true, inReport, false);
        }

        var severity = TakePriority(ref bytes);
        var time = TakeBracket(ref bytes, isTime: true);
        var caller = time.Length > 0 ? TakeBracket(ref bytes, isTime: false) : "";
        var cut = bytes.Length > MaxLineBytes;
        var text = PlainText.Of(Encoding.UTF8.GetString(LogText.ToVisible((cut ? bytes[..MaxLineBytes] : bytes).ToArray())));
        if (cut)
        {
            text += string.Create(CultureInfo.InvariantCulture, $" … ({bytes.Length - MaxLineBytes} more bytes in this line)");
        }

        return new(number, time, caller, text, severity, false, inReport, inReport && guilty is not null && Names(text, guilty));
    }

    // "cm_null_read+0x5/0x20" or the bare word: not "cm_null_read_more".
    private static bool Names(string text, string function)
    {
        for (var at = text.IndexOf(function, StringComparison.Ordinal); at >= 0; at = text.IndexOf(function, at + 1, StringComparison.Ordinal))
        {
            var end = at + function.Length;
            if ((at == 0 || !IsWord(text[at - 1])) && (end == text.Length || !IsWord(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    // "<N>": the severity is the low three bits of the priority.
    private static int? TakePriority(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 3 || bytes[0] != (byte)'<')
        {
            return null;
        }

        var close = bytes[..Math.Min(bytes.Length, 8)].IndexOf((byte)'>');
        if (close < 2 || !int.TryParse(bytes[1..close], NumberStyles.None, CultureInfo.InvariantCulture, out var priority))
        {
            return null;
        }

        bytes = bytes[(close + 1)..];
        return priority & 7;
    }

    // "[    6.507755] " or "[  T125] ".
    private static string TakeBracket(ref ReadOnlySpan<byte> bytes, bool isTime)
    {
        if (bytes.Length < 3 || bytes[0] != (byte)'[')
        {
            return "";
        }

        var close = bytes[..Math.Min(bytes.Length, 32)].IndexOf((byte)']');
        if (close < 2)
        {
            return "";
        }

        var inside = bytes[1..close].Trim((byte)' ');
        if (isTime ? !IsTime(inside) : !IsCaller(inside))
        {
            return "";
        }

        var text = Encoding.ASCII.GetString(inside);
        bytes = bytes[(close + 1)..];
        if (bytes.Length > 0 && bytes[0] == (byte)' ')
        {
            bytes = bytes[1..];
        }

        return text;
    }

    private static bool IsTime(ReadOnlySpan<byte> inside) => inside.Length > 2 && inside.Contains((byte)'.') && !inside.ContainsAnyExcept(s_timeCharacters);

    private static bool IsCaller(ReadOnlySpan<byte> inside) =>
        inside.Length > 1 && inside[0] is (byte)'T' or (byte)'C' && !inside[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
