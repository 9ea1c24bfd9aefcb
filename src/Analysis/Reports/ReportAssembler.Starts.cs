using Mayday.Analysis.Lines;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Reports;

/// <summary>Decides what a line that matches a start pattern means: a new report, more text of the open report, or its end.</summary>
internal sealed partial class ReportAssembler
{
    /// <summary>Returns false if the line belongs to a report that is already open.</summary>
    private bool Begin(ReadOnlySpan<byte> log, FormatRule rule, Captures captures, in FramedLine framed, int start, int end, ReadOnlySpan<char> text)
    {
        var current = OpenFor(framed.Caller);
        if (text.StartsWith("---[ end ", StringComparison.Ordinal))
        {
            return false;   // repeats the panic message to mark its end
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

        // A one-line message of another CPU in the middle of a trace does not end the trace's report.
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

    /// <summary>
    /// Returns true if the line continues the open report. The kernel announces some failures twice: first in words, then as the exception.
    /// </summary>
    private static bool Continues(ReportText current, FormatRule rule, Captures captures)
    {
        if (current.Rule.Role == FormatRole.Prelude)
        {
            return false;
        }

        // Old kernels print the warning first and its text after it.
        if (rule.Role == FormatRole.Prelude && !current.SeenTrace && current.Lines.Count <= 8)
        {
            return true;
        }

        // Before 4.3 the watchdog printed a standard WARNING before it said that a CPU is locked up.
        if (current.Rule.Kind == CrashKind.Warning && rule.Kind == CrashKind.HardLockup && !current.SeenTrace && current.Lines.Count <= 4)
        {
            return true;
        }

        if (current.Ended)
        {
            return rule == current.Rule && rule.Blame == BlameRule.None;
        }

        // WARN(1, "BUG: Dentry ... still in use"): the text is between "cut here" and the WARNING line, and it names the bug.
        if (rule.Kind is CrashKind.Warning or CrashKind.Bug && current.Rule is { Blame: BlameRule.None, Role: FormatRole.Crash, Class: not (CrashClass.Panic or CrashClass.Hardware) }
            && current.Lines.Count <= 3 && current.Prelude.Count > 0 && IsCut(current.Prelude[^1]) && !current.Lines.Exists(l => IsCut(l.Text)))
        {
            return true;
        }

        // Decoders print the message once for each inlined function. The last one names the compiled function.
        if (rule == current.Rule && rule.Kind is CrashKind.Kmsan or CrashKind.Kasan && current.Lines.Count <= 4 && current.Lines.TrueForAll(l => l.Shape != LineShape.Frame))
        {
            current.Captures = captures;
            return true;
        }

        // A warning raised while the kernel is about to report a stall is caused by the reporting, not by the stall.
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

        // Examples: "kernel BUG" of a Rust panic, "BUG: Kernel NULL pointer" after powerpc's "Kernel attempted to read user page".
        if (current.Lines.Count <= 6 && !current.SeenTrace && !current.SeenOops
            && (current.Rule.Name == "rust-panic" ? rule.Name is "kernel-bug"
                : rule.Family == current.Rule.Family && current.Rule.Family is "bad-access" && rule.Blame == BlameRule.Pc && current.Rule.Blame == BlameRule.Pc))
        {
            // "Kernel attempted to read user page (38)" comes first. The exception that follows calls it a NULL pointer, which is more
            // precise.
            if (rule.Kind == CrashKind.NullPointer && current.Rule.Kind == CrashKind.PageFault)
            {
                current.Rule = rule;
            }

            return true;
        }

        return rule.Family == current.Rule.Family && (rule.Blame == BlameRule.None || rule.Role == FormatRole.Hardware) && rule.Family is not ("generic-bug" or "generic-warning")
            || rule.Name == "slab-tail";
    }

    private static bool IsCut(string text) => text.Contains("[ cut here ]", StringComparison.Ordinal);

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
}
