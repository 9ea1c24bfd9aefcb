using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly;

/// <summary>
/// What a shard hands to analysis: bytes as they arrived and the facts about them. Owned by one stage at a time; text is joined on the
/// analysing side, so that the receiving thread only copies.
/// </summary>
internal abstract class ReassembledDump
{
    protected const string RestoredNote = "the collector was killed while this dump was on its way, and took it up again";

    public required SourceEndPoint Source { get; init; }

    /// <summary>Where it lies until it is stored, and under which ticket; 0 where it does not.</summary>
    public ShardJournal? Journal { get; init; }

    public long Ticket { get; init; }

    /// <summary>Part of it was received by a process that was killed.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Bytes it holds, for the backlog's budget.</summary>
    public abstract long Bytes { get; }

    /// <summary>Opened on a line that only may begin a crash: not kept when the analysis finds none in it.</summary>
    public virtual bool NeedsCrash => false;

    /// <summary>Joins the text and states what is missing; crashes are not looked for here. Called once; gives pooled memory back.</summary>
    public abstract FinishedDump Join(string collector);

    /// <summary>It is stored, spooled, found empty or counted as lost: it need not come back after a kill. Any thread.</summary>
    public void Settle()
    {
        if (Ticket != 0)
        {
            Journal?.Settle(Ticket);
        }
    }

    /// <summary>Gives pooled memory back without a dump.</summary>
    public abstract void Discard();
}
