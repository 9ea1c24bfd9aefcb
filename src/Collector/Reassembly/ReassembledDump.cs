using Mayday.Collector.Receive;
using Mayday.Store;

namespace Mayday.Collector.Reassembly;

/// <summary>
/// What a shard hands to analysis: bytes as they arrived and the facts about them. Owned by one stage at a time; text is joined on the
/// analysing side, so that the receiving thread only copies.
/// </summary>
internal abstract class ReassembledDump
{
    public required SourceEndPoint Source { get; init; }

    /// <summary>Bytes it holds, for the backlog's budget.</summary>
    public abstract long Bytes { get; }

    /// <summary>Opened on a line that only may begin a crash: not kept when the analysis finds none in it.</summary>
    public virtual bool NeedsCrash => false;

    /// <summary>Joins the text and states what is missing; crashes are not looked for here. Called once; gives pooled memory back.</summary>
    public abstract FinishedDump Join(string collector);

    /// <summary>Gives pooled memory back without a dump.</summary>
    public abstract void Discard();
}
