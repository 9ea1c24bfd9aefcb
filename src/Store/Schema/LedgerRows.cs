using Mayday.Protocol;

namespace Mayday.Store.Schema;

/// <summary>Idempotence of dumps: which keys are stored already. Small and unpartitioned, so that a key is unique over all days.</summary>
public sealed class DumpKeyRow
{
    public required byte[] Key { get; set; }

    public Guid DumpId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }
}

/// <summary>
/// Which reports of a host are known already, so that a copy in a later dump becomes a witness. Carries what the writer has to know of
/// the crash to decide who leads, so that writing never reads the big tables.
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

    /// <summary>How good the leading copy is (<see cref="WitnessQuality"/>).</summary>
    public int Quality { get; set; }

    public bool Fatal { get; set; }
}

/// <summary>Idempotence of event batches: which ids are counted already.</summary>
public sealed class EventBatchRow
{
    public required byte[] Key { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public int EventCount { get; set; }
}
