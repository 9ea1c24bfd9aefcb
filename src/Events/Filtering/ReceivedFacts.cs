using Mayday.Events.Reading;

namespace Mayday.Events.Filtering;

/// <summary>An event with what is known of its coming: all that a filter can ask about.</summary>
/// <param name="Host">What the host is called; its address when nothing else is known.</param>
/// <param name="Transport">evlog, netlink or http.</param>
/// <param name="Source">The address it came from; null when it came from this machine.</param>
public sealed record ReceivedFacts(KernelEvent Event, string Host, DateTimeOffset ReceivedAt, string Transport, string? Source = null);
