using Mayday.Analysis;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Storing.Dumps;

/// <summary>How valuable a dump is when not all can be kept; the least valuable first.</summary>
internal enum DumpWorth
{
    /// <summary>It contains no crash.</summary>
    Chatter,

    /// <summary>Crashes of bugs that are already in Postgres or in the spool.</summary>
    Repeat,

    /// <summary>A bug that was not seen before, or a dump that could not be analysed.</summary>
    NewBug,
}

/// <summary>Signatures that this process has stored or spooled, so that repeats are recognised while Postgres is away. After a start every
/// bug counts as new once, which errs on the side of keeping.</summary>
internal sealed class KnownSignatures
{
    /// <summary>More bugs than any fleet has; 16 characters each.</summary>
    public const int Most = 65_536;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _inOrder = new();

    public int Count => _known.Count;

    /// <summary>Judges a dump and remembers its signatures.</summary>
    public DumpWorth Judge(FinishedDump dump)
    {
        if (dump.AnalysisFailure is not null)
        {
            return DumpWorth.NewBug;
        }

        var worth = dump.Crashes.Count == 0 ? DumpWorth.Chatter : DumpWorth.Repeat;
        foreach (var crash in dump.Crashes)
        {
            worth = Remember(crash) ? DumpWorth.NewBug : worth;
        }

        return worth;
    }

    public void Remember(FinishedDump dump)
    {
        foreach (var crash in dump.Crashes)
        {
            Remember(crash);
        }
    }

    private bool Remember(CrashReport crash)
    {
        if (!_known.Add(crash.SignatureHash))
        {
            return false;
        }

        _inOrder.Enqueue(crash.SignatureHash);
        if (_inOrder.Count > Most)
        {
            _known.Remove(_inOrder.Dequeue());
        }

        return true;
    }
}
