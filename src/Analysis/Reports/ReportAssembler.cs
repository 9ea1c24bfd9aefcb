using System.Text;
using Mayday.Analysis.Lines;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Reports;

/// <summary>
/// Splits a log into reports in one pass. Finds where reports start, assigns each following line to the report of the CPU or task that
/// printed it, and closes a report when unrelated output follows. Every line is visited once and kept at most once.
/// </summary>
internal sealed partial class ReportAssembler(RuleBook rules)
{
    // More reports than this in one log are repetitions. The first ones are enough.
    private const int MaxReports = 20_000;

    // Reports of this many printers can be open at once. More CPUs do not crash at the same moment in practice.
    private const int MaxOpen = 16;

    // A report is over after this many unrelated lines in a row. Output of other CPUs inside a report stays well below.
    private const int MaxUnknownRun = 160;

    // Longer lines are cut before they are read. No relevant kernel line comes near this length.
    private const int MaxText = 2048;

    private const int PreludeLines = 12;

    // Number of boot lines that must precede "Linux version" before it counts as a second boot.
    private const int MinEarlierLines = 20;

    private readonly List<ReportText> _done = [];
    private readonly List<ReportText> _open = [];
    private readonly (int Start, int End)[] _recent = new (int, int)[48];
    private readonly char[] _wide = new char[MaxText];
    private int _recentCount;
    private int _lineNumber;
    private int _boot;
    private bool _sawEarlierBoot;
    private bool _sawFirmware;
    private int _earlierLines;
    private bool _shutdownAnnounced;
    private bool _rebootReported;
    private ReportText? _last;

    public List<ReportText> Read(ReadOnlySpan<byte> log)
    {
        var at = 0;
        while (at < log.Length)
        {
            var length = log[at..].IndexOf((byte)'\n');
            var end = length < 0 ? log.Length : at + length;
            Line(log, at, end);
            at = end + 1;
        }

        CloseAll();
        _done.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        return _done;
    }

    private void Line(ReadOnlySpan<byte> log, int start, int end)
    {
        _lineNumber++;
        if (_done.Count >= MaxReports && _open.Count == 0)
        {
            return;
        }

        var line = log[start..end];
        if (line.Length > 0 && line[^1] == '\r')
        {
            line = line[..^1];
        }

        var scan = line.Length > MaxText ? line[..MaxText] : line;
        var wide = _wide.AsSpan(0, scan.Length);
        Encoding.Latin1.GetChars(scan, wide);
        var mayStart = rules.MayStart(scan);
        if (!mayStart && _open.Count == 0)
        {
            if (line.Length > 0)
            {
                Remember(start, start + line.Length);
                Boot(wide);
            }

            return;
        }

        if (GapMark.IsGapMark(line))
        {
            foreach (var report in _open)
            {
                Append(report, new ReportLine(start, end, Encoding.UTF8.GetString(scan), LineShape.Gap, null, null));
            }

            return;
        }

        var framed = LineFraming.Parse(scan);
        if (framed.IsUser)
        {
            return;
        }

        if (framed.AfterDrop)
        {
            foreach (var report in _open)
            {
                report.CorruptedReason ??= "the sender dropped messages inside the report";
            }
        }

        ReadOnlySpan<char> text = wide[framed.TextOffset..];
        text = text.TrimStart(' ');
        if (mayStart && rules.Match(text, out var captures) is { } rule && captures is not null && rule.Role != FormatRole.Ignore)
        {
            if (Begin(log, rule, captures, framed, start, end, text))
            {
                Remember(start, start + line.Length);
                return;
            }
        }

        Remember(start, start + line.Length);
        Boot(text);
        var target = OpenFor(framed.Caller);
        if (target is not null)
        {
            Append(target, Shape(log, start, start + line.Length, framed.TextOffset, target.SeenTrace));
        }
    }

    private static ReportLine Shape(ReadOnlySpan<byte> log, int start, int end, int textOffset, bool inTrace)
    {
        var bytes = log[Math.Min(end, start + textOffset)..Math.Min(end, start + MaxText)];
        return LineShapes.Shape(start, end, Encoding.UTF8.GetString(bytes), inTrace);
    }

    private ReportText? OpenFor(int caller)
    {
        ReportText? only = null;
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var report = _open[i];
            if (report.Caller == caller)
            {
                return report;
            }

            // A stalled CPU prints its answer under its own number, so its report also takes lines of other printers. A line without a
            // printer belongs to the report that was extended last.
            if (only is null && (caller == 0 || report.Caller == 0 || report.Rule.Class == CrashClass.Stall))
            {
                only = report;
            }
        }

        return only;
    }

    private void Append(ReportText report, in ReportLine line)
    {
        if (line.Shape == LineShape.Unknown)
        {
            if (++report.UnknownRun > MaxUnknownRun || (report.Ended && report.UnknownRun > 24))
            {
                Close(report, null);
                return;
            }
        }
        else
        {
            report.UnknownRun = 0;
            report.End = Math.Max(report.End, line.End);
            report.LastLineNumber = _lineNumber;
        }

        switch (line.Shape)
        {
            case LineShape.Gap:
                report.CorruptedReason ??= "lines are missing inside the report: " + line.Text.Trim(' ', '-').Replace("mayday: ", "", StringComparison.Ordinal);
                break;
            case LineShape.TraceHead:
                if (report.Ended && report.PanicAt < 0)
                {
                    // A trace after the end trace belongs to another report.
                    Close(report, null);
                    return;
                }

                report.SeenTrace = true;
                break;
            case LineShape.EndTrace:
                // An "end trace" line before the report's own trace ends the report of another CPU.
                if (!report.Ended && (report.SeenTrace || report.Lines.Count > 12))
                {
                    report.Ended = true;
                    report.EndTraceAt = report.Lines.Count;
                }

                break;
        }

        if (report.Lines.Count < ReportText.MaxLines)
        {
            report.Lines.Add(line);
        }

        if (line.Shape == LineShape.Known && line.Text.AsSpan().TrimStart().StartsWith("Rebooting in", StringComparison.Ordinal))
        {
            report.Rebooting = true;
            Close(report, null);
        }
    }

    private void Close(ReportText report, FormatRule? supersededBy)
    {
        _open.Remove(report);
        if (report.Rule.Role == FormatRole.Prelude && supersededBy is { Role: FormatRole.Crash } && _lineNumber - report.LineNumber <= 6)
        {
            return;   // only the text that precedes a WARNING
        }

        if (report.Rule.Role == FormatRole.Hardware && supersededBy is { Class: CrashClass.Hardware or CrashClass.Panic } && _lineNumber - report.LastLineNumber <= 6)
        {
            return;   // this error killed the machine, so the panic is the report
        }

        _done.Add(report);
    }

    private void CloseAll()
    {
        while (_open.Count > 0)
        {
            Close(_open[0], null);
        }
    }

    private void Remember(int start, int end)
    {
        _recent[_recentCount++ % _recent.Length] = (start, end);
    }

    private List<string> Prelude(ReadOnlySpan<byte> log, int caller)
    {
        var prelude = new List<string>();
        for (var back = 1; back <= _recent.Length && back <= _recentCount && prelude.Count < PreludeLines; back++)
        {
            var (start, end) = _recent[(_recentCount - back) % _recent.Length];
            var line = log[start..Math.Min(end, start + MaxText)];
            var framed = LineFraming.Parse(line);
            if (framed.IsUser || (caller != 0 && framed.Caller != 0 && framed.Caller != caller))
            {
                continue;
            }

            prelude.Add(Encoding.UTF8.GetString(line[framed.TextOffset..]));
        }

        prelude.Reverse();
        return prelude;
    }
}
