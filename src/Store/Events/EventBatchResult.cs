namespace Mayday.Store.Events;

/// <summary>What identifies a batch for seven days, so that one sent twice is counted once. The sender chooses it at random.</summary>
public readonly record struct EventBatchKey(Guid Id)
{
    internal byte[] ToBytes() => Id.ToByteArray(bigEndian: true);
}

/// <summary>What became of a batch of events.</summary>
/// <param name="Accepted">Events stored by this call.</param>
/// <param name="Duplicates">Events that were stored before: the whole batch by its id, or single ones by theirs.</param>
/// <param name="Rejected">Events that are not stored, each with the reason, in order of their index.</param>
public sealed record EventBatchResult(int Accepted, int Duplicates, IReadOnlyList<RejectedEvent> Rejected);

/// <summary>An event that is not stored.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record RejectedEvent(int Index, string Reason);
