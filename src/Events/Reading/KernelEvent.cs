using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Reading;

/// <summary>
/// One structured kernel event, whatever its source: an evlog record, a kmsg record whose format string was recovered, or a JSON document.
/// It contains what the sender said, not how it arrived. Null members mean that the transport does not carry them.
/// </summary>
public sealed record KernelEvent
{
    /// <summary>Driver or subsystem: 1 to 15 printable characters in evlog records, up to 64 from other sources.</summary>
    public required string Facility { get; init; }

    /// <summary>Specific to the facility. If evlog would use the CRC of the format string, that value (shown unsigned).</summary>
    public required int EventType { get; init; }

    public required Severity Severity { get; init; }

    public required EvlogFormat Format { get; init; }

    public EvlogFlags Flags { get; init; }

    public int? Processor { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    public int? Pid { get; init; }

    public int? Pgrp { get; init; }

    /// <summary>The sender's own time, if the format carries one.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The format string as sent, for <see cref="EvlogFormat.Printf"/> events; null for others.</summary>
    public string? FormatString { get; init; }

    public IReadOnlyList<EventArgument> Arguments { get; init; } = [];

    /// <summary>The event as a line of text, as the kernel would print it. Empty for binary events and for events without data.</summary>
    public required string Text { get; init; }

    /// <summary>The payload of a binary event; empty for other events.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Byte order of the sender and the payload. Little-endian if unknown.</summary>
    public bool IsBigEndian { get; init; }

    /// <summary>True if the sender truncated the event, or it arrived truncated.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Additional key=value pairs: SUBSYSTEM and DEVICE of a kmsg dictionary, or the environment of a uevent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];

    /// <summary>Sentences about anomalies: "word size unknown, taken as 8", "values after %hhd may be shifted".</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Number of equal consecutive events that this one stands for; 1 for a single event.</summary>
    public int Count { get; init; } = 1;
}
