using Mayday.Analysis.Parsing;
using Mayday.Analysis.Reports;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Blame;

/// <summary>Finds the function to blame, using the rule that the format names in its "blame:" field.</summary>
internal sealed partial class BlameFinder
{
    private readonly RuleBook _rules;
    private readonly ReportText _report;
    private readonly Traces _traces;
    private readonly FormatRule _format;
    private readonly FrameGroup[] _skipped;
    private readonly FrameGroup _reportFrames;
    private readonly List<string> _steps;

    public BlameFinder(RuleBook rules, ReportText report, Traces traces, FormatRule format, List<string> steps)
    {
        _rules = rules;
        _report = report;
        _traces = traces;
        _format = format;
        _steps = steps;
        _reportFrames = rules.Frames("report");
        string[] common = format.Blame switch
        {
            BlameRule.Lock or BlameRule.Chain or BlameRule.HeldLock or BlameRule.FreedLock or BlameRule.Unlock => ["report", "helper", "locks", "workqueue", "entry"],
            BlameRule.Caller => ["report"],
            BlameRule.Panic or BlameRule.Entry => ["report", "helper"],
            BlameRule.Hang => ["report", "helper", "locks", "wait", "service"],
            BlameRule.Leak => ["report", "helper", "locks", "allocate", "service", "wrapper"],
            BlameRule.Stall => ["report", "helper", "locks", "allocate", "timer"],
            _ => ["report", "helper", "locks", "allocate", "service", "entry"],
        };
        _skipped = [.. common.Concat(format.Skip).Distinct(StringComparer.Ordinal).Select(rules.Frames)];
    }

    public Verdict Find() => _format.Blame switch
    {
        BlameRule.Pc => AtProgramCounter(),
        BlameRule.Line => InStartLine(),
        BlameRule.Stack => InStack(_traces.First),
        BlameRule.LastStack => InStack(_traces.Last ?? _traces.First),
        BlameRule.Lock => AtLock(),
        BlameRule.HeldLock => AtHeldLock(),
        BlameRule.FreedLock => AtFreedLock(),
        BlameRule.Hang => InStack(_traces.First),
        BlameRule.Stall => Stalled(),
        BlameRule.Work => LastWork(),
        BlameRule.Leak => InStack(_traces.Stacks.Find(s => s.Name == "leak") ?? _traces.First),
        BlameRule.Named => FromCapture(),
        BlameRule.Unlock => AtUnlock(),
        BlameRule.Caller => AtCaller(),
        BlameRule.Chain => InStack(_traces.Stacks.Find(s => s.Name == "chain" && s.Frames.Count > 0)) is { Function: not null } safe ? safe : AtLock(),
        BlameRule.Panic => InStack(_traces.First),
        BlameRule.Entry => AtEntry(),
        _ => Verdict.None,
    };

    private Verdict AtProgramCounter()
    {
        var pcs = _traces.ProgramCounters;
        foreach (var pc in pcs)
        {
            // Only decoders print inlined functions. The compiled function around them is the same in decoded and raw logs, so it is used.
            if (!IsAddress(pc) && (!pc.IsInlined || pcs.TrueForAll(p => p.IsInlined)) && Accept(pc))
            {
                return Took(pc, "where the processor stood");
            }
        }

        // The CPU jumped to an invalid address. The unwinder recovers only from a jump to NULL; otherwise all remaining frames are
        // unreliable.
        var stack = _traces.First;
        if (stack is not null && pcs.Count > 0 && IsAddress(pcs[0]) && !stack.Frames.Exists(f => f.IsReliable && !IsAddress(f) && !_rules.Frames("entry").Contains(f.Function)))
        {
            foreach (var frame in stack.Frames)
            {
                if (!IsAddress(frame) && Accept(frame))
                {
                    return Took(frame, "the first caller found on the stack of a jump to an address that is no code");
                }
            }
        }

        var caller = InStack(stack);
        if (caller.Function is not null)
        {
            return caller;
        }

        var fallback = pcs.Find(pc => !IsAddress(pc)) ?? stack?.Frames.Find(f => f.IsReliable && !IsAddress(f));
        return fallback is not null ? Took(fallback, "nothing better was printed") : FromCapture();
    }

    private Verdict InStartLine()
    {
        var captured = FromCapture();
        if (captured.Function is null)
        {
            return AtProgramCounter();
        }

        var frame = new StackFrame(captured.Function, null, null, captured.Module, true);
        return Accept(frame) ? captured : InStack(_traces.First) is { Function: not null } found ? found : captured;
    }

    private Verdict FromCapture()
    {
        var captures = _report.Captures;
        if (captures.Function is null)
        {
            return Verdict.None;
        }

        _steps.Add($"function {captures.Function}: the report's first line names it");

        // Decoders drop the module from that line. The program counter still has it.
        var module = captures.Module ?? _traces.ProgramCounters.Find(pc => pc.Function == captures.Function)?.Module;
        return new Verdict(null, captures.Function, module);
    }

    private Verdict InStack(TraceStack? stack)
    {
        if (stack is not null)
        {
            foreach (var frame in stack.Frames)
            {
                if (frame.IsReliable && !frame.IsInlined && !IsAddress(frame) && Accept(frame))
                {
                    return Took(frame, $"the first frame of the {stack.Name} stack that is not skipped");
                }
            }

            // All reliable frames were skipped and the trace does not reach the kernel entry, so it was cut or the unwinder failed. An
            // unreliable caller is better than none.
            var entry = _rules.Frames("entry");
            foreach (var frame in stack.Frames.Exists(f => f.IsReliable && entry.Contains(f.Function)) ? [] : stack.Frames)
            {
                if (!frame.IsReliable && !IsAddress(frame) && !_skipped.Any(g => g.Contains(frame.Function)) && !entry.Contains(frame.Function))
                {
                    return Took(frame, "the first unreliable frame, for lack of reliable ones");
                }
            }
        }

        return FromCapture() is { Function: not null } captured && Accept(new StackFrame(captured.Function, null, null, null, true)) ? captured : Verdict.None;
    }

    private Verdict AtEntry()
    {
        var entry = _rules.Frames("entry");
        var stack = _traces.First;
        if (stack is null)
        {
            return Verdict.None;
        }

        StackFrame? before = null;
        foreach (var frame in stack.Frames)
        {
            if (!frame.IsReliable)
            {
                continue;
            }

            if (entry.Contains(frame.Function) && before is not null)
            {
                return Took(before, "what the task was started for");
            }

            before = _skipped.Any(g => g.Contains(frame.Function)) ? before : frame;
        }

        return Verdict.Of(before);
    }

    private Verdict AtCaller()
    {
        foreach (var line in _report.Lines)
        {
            if (line.Text.StartsWith("caller is ", StringComparison.Ordinal))
            {
                if (FrameLine.TryParse(" " + line.Text[10..], "task", lenient: false, out var frame, out _) && Accept(frame))
                {
                    return Took(frame, "the caller that the report names");
                }

                break;
            }
        }

        return InStack(_traces.First);
    }

    private Verdict LastWork()
    {
        foreach (var line in _report.Lines)
        {
            var at = After(line.Text, "last function: ") is > 0 and var old ? old : After(line.Text, "workfn=");
            if (at > 0 && Symbol.TryRead(line.Text.AsSpan(at), out var symbol))
            {
                var name = Symbol.Readable(symbol.Name);
                _steps.Add($"function {name}: the work that ran last");
                return new Verdict(null, name, symbol.Module.IsEmpty ? null : symbol.Module.ToString());
            }
        }

        return InStack(_traces.First);
    }

    private static int After(string text, string words) => text.IndexOf(words, StringComparison.Ordinal) is >= 0 and var at ? at + words.Length : -1;

    private bool Accept(StackFrame frame)
    {
        foreach (var group in _skipped)
        {
            if (group.Contains(frame.Function))
            {
                // Frames of the report's own code are not listed: they would fill the explanation with steps that are the same in every
                // report.
                if (group != _reportFrames && _steps.Count < 24)
                {
                    _steps.Add($"skipped {frame.Function}: {group.Name}");
                }

                return false;
            }
        }

        return true;
    }

    private Verdict Took(StackFrame frame, string why)
    {
        _steps.Add($"function {frame.Function}: {why}");
        return Verdict.Of(frame);
    }

    private static bool IsAddress(StackFrame frame) => frame.Function.StartsWith("0x", StringComparison.Ordinal);
}
