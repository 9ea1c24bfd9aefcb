using Mayday.Events.Reading;

namespace Mayday.Events.Filtering;

/// <summary>An event and how it was received: everything that a filter can test.</summary>
/// <param name="Host">Name of the host, or its address if no name is known.</param>
/// <param name="Transport">evlog, netlink or http.</param>
/// <param name="Source">The source address; null if the event came from the local machine.</param>
public sealed record ReceivedFacts(KernelEvent Event, string Host, DateTimeOffset ReceivedAt, string Transport, string? Source = null);
