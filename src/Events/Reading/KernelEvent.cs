using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Reading;

/// <summary>
/// One structured kernel error event, however it came: an evlog record, a kmsg record whose format string was found again, a JSON
/// document. What the sender said, nothing of how it arrived. Null: this way of coming does not carry it.
/// </summary>
public sealed record KernelEvent
{
    /// <summary>Driver or subsystem, 1 to 15 printable characters on the wire; up to 64 from other ways.</summary>
    public required string Facility { get; init; }

    /// <summary>Facility-specific; where evlog would have used the CRC of the format string, that (shown unsigned).</summary>
    public required int EventType { get; init; }

    public required Severity Severity { get; init; }

    public required EvlogFormat Format { get; init; }

    public EvlogFlags Flags { get; init; }

    public int? Processor { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    public int? Pid { get; init; }

    public int? Pgrp { get; init; }

    /// <summary>The sender's own time, where the layout has one.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The format string as sent, of <see cref="EvlogFormat.Printf"/> events; null elsewhere.</summary>
    public string? FormatString { get; init; }

    public IReadOnlyList<EventArgument> Arguments { get; init; } = [];

    /// <summary>The event as a line of text, as the kernel would have printed it; empty for binary events and those without data.</summary>
    public required string Text { get; init; }

    /// <summary>The payload of binary events; empty elsewhere.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Byte order of the sender, which the payload is in; little-endian where nothing says.</summary>
    public bool IsBigEndian { get; init; }

    /// <summary>The sender cut it, or it came cut.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>key=value pairs beside the event: SUBSYSTEM and DEVICE of a kmsg dictionary, a uevent's environment.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];

    /// <summary>Plain sentences about oddities: "word size unknown, taken as 8", "values after %hhd may be shifted".</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Of how many equal ones in a row it stands; 1 is itself alone.</summary>
    public int Count { get; init; } = 1;
}
