using Mayday.Events.Reading;
using Mayday.Protocol;

namespace Mayday.Events.Screening;

/// <summary>A kernel event and how it arrived: everything the event writer needs.</summary>
public sealed record ReceivedEvent
{
    /// <summary>A uuid v7 made from <see cref="ReceivedAt"/> (<see cref="DumpId.At"/>). So a time range is also an id range.</summary>
    public required Guid Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required Transport Transport { get; init; }

    public required HostClaim Host { get; init; }

    public required KernelEvent Event { get; init; }

    /// <summary>The record as received, including its frame. Empty if it arrived as a JSON document.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>Instance name of the collector (or of the web role, for HTTP) that received it.</summary>
    public required string Collector { get; init; }
}
