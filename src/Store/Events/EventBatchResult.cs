namespace Mayday.Store.Events;

/// <summary>
/// Identifies a batch for seven days, so that a batch that is sent twice is counted once. The sender chooses a random id.
/// </summary>
public readonly record struct EventBatchKey(Guid Id)
{
    internal byte[] ToBytes() => Id.ToByteArray(bigEndian: true);
}

/// <summary>The result of writing a batch of events.</summary>
/// <param name="Accepted">Number of events stored by this call.</param>
/// <param name="Duplicates">Number of events that were already stored: the whole batch by its id, or single events by theirs.</param>
/// <param name="Rejected">Events that are not stored, each with its reason, in order of their index.</param>
public sealed record EventBatchResult(int Accepted, int Duplicates, IReadOnlyList<RejectedEvent> Rejected);

/// <summary>An event that is not stored.</summary>
/// <param name="Index">Position in the batch, from 0.</param>
/// <param name="Reason">The reason, as a sentence.</param>
public sealed record RejectedEvent(int Index, string Reason);
