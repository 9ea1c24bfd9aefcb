using System.Text;
using Mayday.Analysis.Lines;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Reports;

/// <summary>
/// One pass over a log: finds where reports start, gives each following line to the report of its printer, and closes reports when the
/// kernel speaks of something else. Every line is looked at once and kept at most once.
/// </summary>
internal sealed partial class ReportAssembler(RuleBook rules)
{
    // A log with more reports than this is a storm; the first ones say what there is to say.
    private const int MaxReports = 20_000;

    // Reports of as many printers can be open at once; more CPUs do not oops in one breath.
    private const int MaxOpen = 16;

    // Unrelated lines in a row after which a report is over. Other CPUs' chatter inside a report stays well below.
    private const int MaxUnknownRun = 160;

    // Lines longer than this are cut before they are looked at: no kernel line that matters comes near.
    private const int MaxText = 2048;

    private const int PreludeLines = 12;

    // Lines of a boot that must stand before "Linux version" to make it a second boot.
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
        var mayStart = rules.MayStart(wide);
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

    /// <summary>False when the line belongs to a report that is open already.</summary>
    private bool Begin(ReadOnlySpan<byte> log, FormatRule rule, Captures captures, in FramedLine framed, int start, int end, ReadOnlySpan<char> text)
    {
        var current = OpenFor(framed.Caller);
        if (text.StartsWith("---[ end ", StringComparison.Ordinal))
        {
            return false;   // repeats the panic's words to say that all is over
        }

        switch (rule.Role)
        {
            case FormatRole.PanicEnd or FormatRole.PanicMaybeEnd:
                var ended = current ?? _last;
                if (ended is not null && (rule.Role == FormatRole.PanicEnd ? ended.Panic is null || ended == current : EndsInPanic(ended)))
                {
                    EndByPanic(ended, log, start, end, framed);
                    return true;
                }

                break;
            case FormatRole.Reboot:
                return Reboot(rule, captures, framed, start, end, text, log);
            case FormatRole.Crash when rule.Kind is CrashKind.Panic && current is { Panic: null } && (current.Ended ? EndsInPanic(current) : !current.SeenTrace && current.Rule.Blame != BlameRule.None):
                EndByPanic(current, log, start, end, framed);
                return true;
        }

        if (current is not null && Continues(current, rule, captures))
        {
            return false;
        }

        if (_done.Count + _open.Count >= MaxReports)
        {
            return true;
        }

        // One-line messages of another CPU in the middle of a trace do not end it.
        var aside = current is { SeenTrace: true, Ended: false } && rule is { Blame: BlameRule.None, Role: FormatRole.Crash, Class: not CrashClass.Panic };
        if (current is not null && !aside)
        {
            Close(current, supersededBy: rule);
        }

        if (_open.Count >= MaxOpen)
        {
            Close(_open[0], null);
        }

        var report = new ReportText(rule, captures, framed.Caller, start, framed.Time)
        {
            Prelude = Prelude(log, framed.Caller),
            LineNumber = _lineNumber,
            Boot = _boot,
        };
        if (framed.AfterDrop)
        {
            report.CorruptedReason = "the sender dropped messages before the report";
        }

        report.SeenOops = captures["oops"] is not null;
        if (rule.Class == CrashClass.Panic || rule.Name.StartsWith("panic", StringComparison.Ordinal))
        {
            report.Panic = text.Trim().ToString();
            report.PanicAt = 0;
        }

        if (aside)
        {
            Append(report, Shape(log, start, end, framed.TextOffset, false) with { Shape = LineShape.Known, Frame = null });
            _done.Add(report);
            return true;
        }

        _open.Add(report);
        _last = report;
        Append(report, Shape(log, start, end, framed.TextOffset, false) with { Shape = LineShape.Known, Frame = null });
        return true;
    }

    /// <summary>The kernel announces some failures twice: first in words, then as the exception.</summary>
    private static bool Continues(ReportText current, FormatRule rule, Captures captures)
    {
        if (current.Rule.Role == FormatRole.Prelude)
        {
            return false;
        }

        // Old kernels print the warning first and its words behind.
        if (rule.Role == FormatRole.Prelude && !current.SeenTrace && current.Lines.Count <= 8)
        {
            return true;
        }

        // Before 4.3 the watchdog warned in form before it said that a CPU is locked up.
        if (current.Rule.Kind == CrashKind.Warning && rule.Kind == CrashKind.HardLockup && !current.SeenTrace && current.Lines.Count <= 4)
        {
            return true;
        }

        if (current.Ended)
        {
            return rule == current.Rule && rule.Blame == BlameRule.None;
        }

        // Decoders print the message once for each inlined function; the last one names the function that was compiled.
        if (rule == current.Rule && rule.Kind is CrashKind.Kmsan or CrashKind.Kasan && current.Lines.Count <= 4 && current.Lines.TrueForAll(l => l.Shape != LineShape.Frame))
        {
            current.Captures = captures;
            return true;
        }

        // A warning raised while the kernel is about to report a stall is about the reporting.
        if (current.Rule.Class == CrashClass.Stall && rule.Kind == CrashKind.Warning && !current.SeenTrace && current.Lines.Count(l => l.Shape != LineShape.Unknown) <= 8)
        {
            return true;
        }

        if (captures["oops"] is not null && !current.SeenOops && current.Rule.Blame == BlameRule.Pc && !current.SeenTrace)
        {
            current.SeenOops = true;
            current.OopsCaptures = captures;
            return true;
        }

        // "kernel BUG" of a Rust panic, "BUG: Kernel NULL pointer" after powerpc's "Kernel attempted to read user page".
        if (current.Lines.Count <= 6 && !current.SeenTrace && !current.SeenOops
            && (current.Rule.Name == "rust-panic" ? rule.Name is "kernel-bug"
                : rule.Family == current.Rule.Family && current.Rule.Family is "bad-access" && rule.Blame == BlameRule.Pc && current.Rule.Blame == BlameRule.Pc))
        {
            return true;
        }

        return rule.Family == current.Rule.Family && (rule.Blame == BlameRule.None || rule.Role == FormatRole.Hardware) && rule.Family is not ("generic-bug" or "generic-warning")
            || rule.Name == "slab-tail";
    }

    private static bool EndsInPanic(ReportText report) =>
        report.Panic is null && (report.Rule.Class is CrashClass.BadAccess or CrashClass.Assertion or CrashClass.MemorySafety
            || report.Rule is { Class: CrashClass.Hardware, Role: FormatRole.Crash, Blame: BlameRule.Pc });

    private void EndByPanic(ReportText report, ReadOnlySpan<byte> log, int start, int end, in FramedLine framed)
    {
        var line = Shape(log, start, end, framed.TextOffset, false);
        report.Panic ??= line.Text.Trim();
        if (report.PanicAt < 0)
        {
            report.PanicAt = report.Lines.Count;
        }

        Append(report, line with { Shape = LineShape.Known, Frame = null });
        if (!_open.Contains(report))
        {
            _done.Remove(report);
            _open.Add(report);
        }

        _last = report;
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

            // A stalled CPU answers in its own name; a line without a printer belongs to whoever spoke last.
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
                    // A trace after the end trace is somebody else's.
                    Close(report, null);
                    return;
                }

                report.SeenTrace = true;
                break;
            case LineShape.EndTrace:
                // Before its own trace an end trace is the end of another CPU's report.
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
            return;   // only the sentence before a WARNING
        }

        if (report.Rule.Role == FormatRole.Hardware && supersededBy is { Class: CrashClass.Hardware or CrashClass.Panic } && _lineNumber - report.LastLineNumber <= 6)
        {
            return;   // the machine died of it: the panic is the report
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
