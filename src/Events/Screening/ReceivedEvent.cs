using Mayday.Events.Reading;
using Mayday.Protocol;

namespace Mayday.Events.Screening;

/// <summary>A kernel event with how it arrived: everything the event writer needs.</summary>
public sealed record ReceivedEvent
{
    /// <summary>uuid v7 made from <see cref="ReceivedAt"/> (<see cref="DumpId.At"/>), so that time bounds are id bounds.</summary>
    public required Guid Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required Transport Transport { get; init; }

    public required HostClaim Host { get; init; }

    public required KernelEvent Event { get; init; }

    /// <summary>The record as it came, frame included; empty where it came as a document.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>Instance name of the collector (or of the web role, for HTTP) that took it.</summary>
    public required string Collector { get; init; }
}
