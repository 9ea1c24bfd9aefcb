namespace Mayday.Store.Schema;

/// <summary>One evlog record: the header's columns, the format string by reference, the arguments apart. Partitioned by <see cref="Id"/>.</summary>
public sealed class EventRow
{
    public Guid Id { get; set; }

    public Guid HostId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>The record's own time; only the syslog(20) layouts carry one.</summary>
    public DateTimeOffset? OccurredAt { get; set; }

    public required string Transport { get; set; }

    public string? SourceAddress { get; set; }

    public int? SourcePort { get; set; }

    public required string Facility { get; set; }

    public int EventType { get; set; }

    public short Severity { get; set; }

    public short Format { get; set; }

    public int Flags { get; set; }

    public int Processor { get; set; }

    // Unsigned 32 bits on the wire.
    public long Uid { get; set; }

    public long Gid { get; set; }

    public int Pid { get; set; }

    public int Pgrp { get; set; }

    public long? FormatId { get; set; }

    public string? Args { get; set; }

    public required string Text { get; set; }

    public required byte[] Raw { get; set; }
}

/// <summary>A format string, stored once however many events were printed with it.</summary>
public sealed class EventFormatRow
{
    public long Id { get; set; }

    public required string Facility { get; set; }

    public int EventType { get; set; }

    /// <summary>SHA-256 of facility, event type and format string: format strings reach 8 KiB, too long for an index.</summary>
    public required byte[] Hash { get; set; }

    public required string Format { get; set; }
}

/// <summary>Idempotence of event batches.</summary>
public sealed class EventBatchRow
{
    public required byte[] Key { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public int EventCount { get; set; }
}
