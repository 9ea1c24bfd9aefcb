using System.Text.Json;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Store.Events;

/// <summary>One event as lists and pages show it.</summary>
public sealed record EventItem
{
    public required Guid Id { get; init; }

    public required string Host { get; init; }

    public required Guid HostId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The sender's own time; null if the transport carries none.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    public required string Transport { get; init; }

    public string? SourceAddress { get; init; }

    public required string Facility { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>Specific to the facility; shown unsigned.</summary>
    public required uint EventType { get; init; }

    /// <summary>What the variable part of the record contained.</summary>
    public required EvlogFormat DataFormat { get; init; }

    /// <summary>The catalogue row that the event is counted in.</summary>
    public required long FormatId { get; init; }

    /// <summary>The format string; null if the event came without one.</summary>
    public string? Format { get; init; }

    public IReadOnlyList<EventArgument> Arguments { get; init; } = [];

    public required string Text { get; init; }

    /// <summary>The payload of a binary event; empty for other events.</summary>
    public byte[] Payload { get; init; } = [];

    public EvlogFlags Flags { get; init; }

    public int? Processor { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    public int? Pid { get; init; }

    public int? Pgrp { get; init; }

    public bool Truncated { get; init; }

    /// <summary>Number of equal consecutive events that this one stands for.</summary>
    public int Count { get; init; } = 1;

    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One event with the bytes that arrived.</summary>
public sealed record EventDetail(EventItem Event, string Collector, int? SourcePort, byte[] Raw);
