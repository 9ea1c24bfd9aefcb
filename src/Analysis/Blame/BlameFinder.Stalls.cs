namespace Mayday.Analysis.Blame;

/// <summary>
/// Finds the function to blame for a stall: the function that the kernel's dispatch code called, not the loop that happened to run.
/// </summary>
internal sealed partial class BlameFinder
{
    private Verdict Stalled()
    {
        var tick = _rules.Frames("tick");
        var interrupt = _rules.Frames("interrupt");
        foreach (var frames in Segments())
        {
            // The timer interrupt that noticed the stall did not cause it. Look at the code it interrupted.
            var from = 0;
            var ticked = frames.FindIndex(f => tick.Contains(f.Function));
            if (ticked >= 0)
            {
                from = Beyond(frames, frames.FindIndex(ticked, f => interrupt.Contains(f.Function)), ticked);
            }

            // A frame in a module is a better answer than the core kernel's dispatch code around it.
            for (var i = from; i < frames.Count; i++)
            {
                if (frames[i].Module is not null && !_skipped.Any(g => g.Contains(frames[i].Function)))
                {
                    return Took(frames[i], "the innermost frame of a module");
                }
            }

            // By convention an RCU stall is blamed on the interrupted task, even if a timer interrupted that task.
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
                // No known entry function: the interrupt's stack ends with the last frame that is marked "irq".
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
                // None of the frames before this interrupt named the culprit. Search in the code that was interrupted.
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
}
