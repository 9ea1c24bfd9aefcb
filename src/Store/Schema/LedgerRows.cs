using Mayday.Protocol;

namespace Mayday.Store.Schema;

/// <summary>Makes dumps idempotent: the keys of stored dumps. Small and unpartitioned, so that a key is unique over all days.</summary>
public sealed class DumpKeyRow
{
    public required byte[] Key { get; set; }

    public Guid DumpId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }
}

/// <summary>
/// The known reports of a host, so that a copy in a later dump becomes a witness. The row contains what the writer needs to choose the
/// leading copy, so that writing never reads the large tables.
/// </summary>
public sealed class CrashOccurrenceRow
{
    public Guid CrashId { get; set; }

    public Guid HostId { get; set; }

    public required byte[] Key { get; set; }

    public string? BootId { get; set; }

    public Guid BugId { get; set; }

    public Guid IncidentId { get; set; }

    public string? KernelRelease { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public double? PrintkTime { get; set; }

    /// <summary>Quality of the leading copy (<see cref="WitnessQuality"/>).</summary>
    public int Quality { get; set; }

    public bool Fatal { get; set; }
}

/// <summary>Makes event batches idempotent: the ids of counted batches.</summary>
public sealed class EventBatchRow
{
    public required byte[] Key { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public int EventCount { get; set; }
}
