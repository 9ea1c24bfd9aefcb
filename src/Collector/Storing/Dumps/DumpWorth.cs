using Mayday.Analysis;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Storing.Dumps;

/// <summary>What a dump is worth where not all can be kept; the least first.</summary>
internal enum DumpWorth
{
    /// <summary>No crash in it.</summary>
    Chatter,

    /// <summary>Crashes of bugs that are in Postgres or the spool already.</summary>
    Repeat,

    /// <summary>A bug that was not seen before, or what could not be analysed.</summary>
    NewBug,
}

/// <summary>
/// Signatures that this process has stored or spooled, so that a repeat is told from news while nobody can be asked. After a start everything
/// is news once: that errs on the side of keeping.
/// </summary>
internal sealed class KnownSignatures
{
    /// <summary>More bugs than a fleet has; 16 letters each.</summary>
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
