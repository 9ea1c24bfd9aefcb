using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly;

/// <summary>What a shard hands to analysis: the bytes as received and the facts about them. Owned by one stage at a time. The text is
/// joined by the analysis thread, so that the receiving thread only copies.</summary>
internal abstract class ReassembledDump
{
    protected const string RestoredNote = "the collector was killed while this dump was on its way, and took it up again";

    public required SourceEndPoint Source { get; init; }

    /// <summary>The journal that holds its datagrams until it is stored, and its ticket there; null and 0 when it has none.</summary>
    public ShardJournal? Journal { get; init; }

    public long Ticket { get; init; }

    /// <summary>Part of it was received by a process that was killed.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Bytes it holds, for the backlog's budget.</summary>
    public abstract long Bytes { get; }

    /// <summary>The window was opened by a line that only may begin a crash. It is not kept when the analysis finds none.</summary>
    public virtual bool NeedsCrash => false;

    /// <summary>Joins the text and lists what is missing. Crashes are not searched for here. Called once; returns pooled memory.</summary>
    public abstract FinishedDump Join(string collector);

    /// <summary>The dump is stored, spooled, contains no crash, or was counted as lost: it must not be restored after a kill. May be called
    /// on any thread.</summary>
    public void Settle()
    {
        if (Ticket != 0)
        {
            Journal?.Settle(Ticket);
        }
    }

    /// <summary>Returns pooled memory without making a dump.</summary>
    public abstract void Discard();
}
