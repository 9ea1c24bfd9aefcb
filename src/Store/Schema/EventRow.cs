using Mayday.Protocol;

namespace Mayday.Store.Schema;

/// <summary>
/// One kernel event: a column for each header field, the format string by reference, the arguments separately. Partitioned by <see
/// cref="Id"/>.
/// </summary>
public sealed class EventRow
{
    /// <summary>crit. This severity and more severe ones are in a partial index.</summary>
    public const short Grave = 2;

    public Guid Id { get; set; }

    public Guid HostId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>The sender's own time, if the transport carries one.</summary>
    public DateTimeOffset? OccurredAt { get; set; }

    public required string Transport { get; set; }

    public string? SourceAddress { get; set; }

    public int? SourcePort { get; set; }

    public required string Facility { get; set; }

    public int EventType { get; set; }

    public short Severity { get; set; }

    public short Format { get; set; }

    // Unsigned 32 bits on the wire; stored as the same bits.
    public int Flags { get; set; }

    public int? Processor { get; set; }

    // Unsigned 32 bits on the wire.
    public long? Uid { get; set; }

    public long? Gid { get; set; }

    public int? Pid { get; set; }

    public int? Pgrp { get; set; }

    public long? FormatId { get; set; }

    /// <summary>The values of the arguments in order: a JSON array of numbers and strings.</summary>
    public string? Args { get; set; }

    public required string Text { get; set; }

    /// <summary>The payload of a binary event.</summary>
    public byte[]? Payload { get; set; }

    /// <summary>Additional key=value pairs: a JSON object of strings.</summary>
    public string? Fields { get; set; }

    public string[]? Notes { get; set; }

    public bool Truncated { get; set; }

    /// <summary>Number of equal consecutive events that this row stands for.</summary>
    public int Count { get; set; }

    public required string Collector { get; set; }

    /// <summary>The record as received, including its frame. Null if it arrived as a JSON document.</summary>
    public byte[]? Raw { get; set; }
}
