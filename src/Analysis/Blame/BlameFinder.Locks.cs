using Mayday.Analysis.Parsing;
using Mayday.Analysis.Reports;

namespace Mayday.Analysis.Blame;

/// <summary>Finds the function to blame in lock reports: the place where a lock is taken, held, released or freed.</summary>
internal sealed partial class BlameFinder
{
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

    /// <summary>
    /// Reads "x/1 is trying to release lock (l) at:". The place follows on the next line; newer kernels print it on the same line.
    /// </summary>
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
            for (var next = i + 1; place is null or { IsInlined: true } && next < _report.Lines.Count && next < i + 8; next++)
            {
                place = _report.Lines[next].Frame ?? place;
            }

            if (place is { IsInlined: false } && !IsAddress(place) && Accept(place))
            {
                return Took(place, "releases the lock");
            }

            break;
        }

        return InStack(_traces.First);
    }

    /// <summary>Lockdep prints its own trace after "stack backtrace:", following the stacks of the dependency chain.</summary>
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
}
