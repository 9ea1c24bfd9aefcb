using Mayday.Analysis.Parsing;
using Mayday.Analysis.Reports;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Blame;

/// <summary>Finds the function to blame, by the rule that the format names.</summary>
internal sealed class BlameFinder
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
            // Inlined functions are printed only by decoders: the compiled one around them is the same with and without.
            if (!IsAddress(pc) && (!pc.IsInlined || pcs.TrueForAll(p => p.IsInlined)) && Accept(pc))
            {
                return Took(pc, "where the processor stood");
            }
        }

        // Jumped to nowhere: the unwinder finds its way back only from NULL; else all that is left are frames it does not trust.
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

        // Decoders drop the module from that line; the program counter still has it.
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

            // Everything reliable was skipped and the trace does not reach the way into the kernel: it was cut, or the unwinder was
            // lost. A caller it doubts is better than none.
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

    private Verdict AtLock()
    {
        var wanted = false;
        for (var i = 0; i < _report.Lines.Count && i < 60; i++)
        {
            var text = _report.Lines[i].Text;
            if (!wanted)
            {
                wanted = text.Contains("is trying to acquire lock", StringComparison.Ordinal) || text.Contains(" takes:", StringComparison.Ordinal)
                    || text.Contains("is trying to lock", StringComparison.Ordinal) || text.Contains("just changed the state of lock", StringComparison.Ordinal)
                    || text.Contains("is trying to acquire:", StringComparison.Ordinal);
                continue;
            }

            if (LockPlace(text) is { } place)
            {
                if (!place.IsInlined && Accept(place))
                {
                    return Took(place, "takes the lock");
                }
            }
            else if (text.Contains("which lock already depends", StringComparison.Ordinal) || text.Contains("other info that", StringComparison.Ordinal))
            {
                break;
            }
        }

        foreach (var chain in _traces.Stacks)
        {
            if (chain.Name == "chain" && InStack(chain) is { Function: not null } found)
            {
                return found;
            }
        }

        return InStack(BacktraceStack());
    }

    /// <summary>"x/1 is trying to release lock (l) at:" and the place on the next line, or on the same in newer kernels.</summary>
    private Verdict AtUnlock()
    {
        for (var i = 0; i + 1 < _report.Lines.Count && i < 20; i++)
        {
            var text = _report.Lines[i].Text;
            if (!text.Contains("is trying to release lock", StringComparison.Ordinal))
            {
                continue;
            }

            var at = text.LastIndexOf(" at: ", StringComparison.Ordinal);
            var place = at > 0 && FrameLine.TryParse(" " + text[(at + 5)..], "task", lenient: true, out var same, out _) ? same : null;
            for (var next = i + 1; place is null && next < _report.Lines.Count && next < i + 8; next++)
            {
                place = _report.Lines[next].Frame;
            }

            if (place is not null && !IsAddress(place) && Accept(place))
            {
                return Took(place, "releases the lock");
            }

            break;
        }

        return InStack(_traces.First);
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

    /// <summary>Lockdep's own trace stands behind "stack backtrace:", after the stacks of the chain.</summary>
    private TraceStack? BacktraceStack() => _traces.Stacks.Find(s => s.Name == "task" && s.Frames.Count > 0) ?? _traces.First;

    private Verdict AtHeldLock()
    {
        for (var i = 0; i < _report.Lines.Count && i < 60; i++)
        {
            var text = _report.Lines[i].Text.AsSpan().TrimStart();
            if (text.Length > 2 && text[0] == '#' && LockPlace(_report.Lines[i].Text) is { } place && Accept(place))
            {
                return Took(place, "took the lock that is still held");
            }
        }

        return InStack(_traces.First);
    }

    private Verdict AtFreedLock()
    {
        for (var i = 0; i < _report.Lines.Count && i < 40; i++)
        {
            if (LockPlace(_report.Lines[i].Text) is { } place && Accept(place))
            {
                return Took(place, "took the lock that was freed");
            }
        }

        return InStack(_traces.First);
    }

    private static StackFrame? LockPlace(string text)
    {
        var at = text.IndexOf(", at: ", StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        return FrameLine.TryParse(" " + text[(at + 6)..], "task", lenient: true, out var frame, out _) ? frame : null;
    }

    private Verdict LastWork()
    {
        foreach (var line in _report.Lines)
        {
            var at = line.Text.IndexOf("last function: ", StringComparison.Ordinal);
            if (at >= 0 && Symbol.TryRead(line.Text.AsSpan(at + 15), out var symbol))
            {
                var name = Symbol.BareName(symbol.Name).ToString();
                _steps.Add($"function {name}: the work that ran last");
                return new Verdict(null, name, symbol.Module.IsEmpty ? null : symbol.Module.ToString());
            }
        }

        return InStack(_traces.First);
    }

    private Verdict Stalled()
    {
        var tick = _rules.Frames("tick");
        var interrupt = _rules.Frames("interrupt");
        foreach (var frames in Segments())
        {
            // The timer interrupt that noticed the stall is no part of it: what it interrupted is.
            var from = 0;
            var ticked = frames.FindIndex(f => tick.Contains(f.Function));
            if (ticked >= 0)
            {
                from = Beyond(frames, frames.FindIndex(ticked, f => interrupt.Contains(f.Function)), ticked);
            }

            // A module is a culprit of its own; the core kernel's dispatch around it says less.
            for (var i = from; i < frames.Count; i++)
            {
                if (frames[i].Module is not null && !_skipped.Any(g => g.Contains(frames[i].Function)))
                {
                    return Took(frames[i], "the innermost frame of a module");
                }
            }

            // By convention an RCU stall is put on the interrupted task, even when a timer had interrupted it.
            if (ticked < 0 && _format.Kind == CrashKind.RcuStall && frames.FindIndex(f => interrupt.Contains(f.Function)) is >= 0 and var entered)
            {
                from = Beyond(frames, entered, entered);
            }

            var verdict = StalledIn(frames, from);
            if (verdict.Function is not null)
            {
                return verdict;
            }
        }

        return Verdict.None;

        int Beyond(List<StackFrame> frames, int entered, int ticked)
        {
            if (entered < 0)
            {
                // No known entry: the interrupt's stack ends where its mark does.
                entered = frames.FindLastIndex(f => f.Stack == "irq") is var last && last >= ticked ? last : frames.Count - 1;
            }

            var next = entered + 1;
            while (next < frames.Count && interrupt.Contains(frames[next].Function))
            {
                next++;
            }

            return next;
        }
    }

    private List<List<StackFrame>> Segments()
    {
        var segments = new List<List<StackFrame>>();
        foreach (var stack in _traces.Stacks)
        {
            if (stack.Name is not ("task" or "nmi"))
            {
                continue;
            }

            var frames = new List<StackFrame>(stack.Frames.Count + 1);
            if (segments.Count == 0)
            {
                frames.AddRange(_traces.ProgramCounters);
            }

            frames.AddRange(stack.Frames.Where(f => f.IsReliable && !IsAddress(f)));
            if (frames.Count > 0)
            {
                segments.Add(frames);
            }
        }

        if (segments.Count == 0 && _traces.ProgramCounters.Count > 0)
        {
            segments.Add([.. _traces.ProgramCounters.Where(f => !IsAddress(f))]);
        }

        return segments;
    }

    private Verdict StalledIn(List<StackFrame> frames, int from)
    {
        var dispatch = _rules.Frames("dispatch");
        var interrupt = _rules.Frames("interrupt");
        var telling = _rules.Frames("telling");
        StackFrame? inner = null;
        StackFrame? before = null;
        for (var i = from; i < frames.Count; i++)
        {
            var frame = frames[i];
            if (telling.Contains(frame.Function))
            {
                return Took(frame, "what the CPU was kept waiting by");
            }

            if (interrupt.Contains(frame.Function))
            {
                // Nothing told itself apart before this interrupt: what it interrupted may.
                before = null;
                continue;
            }

            if (dispatch.Contains(frame.Function))
            {
                if (before is not null)
                {
                    return Took(before, $"what {frame.Function} had called");
                }

                inner ??= frame;
                continue;
            }

            if (!_skipped.Any(g => g.Contains(frame.Function)))
            {
                before = frame;
                inner ??= frame;
            }
        }

        return Verdict.Of(before ?? inner);
    }

    private bool Accept(StackFrame frame)
    {
        foreach (var group in _skipped)
        {
            if (group.Contains(frame.Function))
            {
                // One step a frame would fill the page with the report's own machinery.
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
