using Mayday.Protocol;

namespace Mayday.Store.Schema;

public sealed class CollectorRow
{
    public required string Name { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset LastSeenAt { get; set; }
}

public sealed class IngestCounterRow
{
    public required string Collector { get; set; }

    public required string Name { get; set; }

    public required string Tags { get; set; }

    /// <summary>Total over all starts of the collector.</summary>
    public long Value { get; set; }

    /// <summary>The total of earlier starts when this one began.</summary>
    public long Base { get; set; }
}

/// <summary>Received and lost packets of one address, by transport, since it was first seen.</summary>
public sealed class SenderLossRow
{
    /// <summary>Empty for the senders beyond the limit, which are counted together.</summary>
    public required string Address { get; set; }

    public required string Transport { get; set; }

    public long Received { get; set; }

    public long Lost { get; set; }

    public long LostText { get; set; }

    public long Duplicates { get; set; }

    public long Reordered { get; set; }

    public long Unknowable { get; set; }

    public DateTimeOffset FirstAt { get; set; }

    public DateTimeOffset LastAt { get; set; }
}

/// <summary>A day on which packets of an address were lost. Days without loss have no row.</summary>
public sealed class SenderLossDayRow
{
    public required string Address { get; set; }

    public required string Transport { get; set; }

    public DateOnly Day { get; set; }

    public long Lost { get; set; }

    public long LostText { get; set; }
}

/// <summary>Received and lost packets of the whole fleet in one hour.</summary>
public sealed class LossHourRow
{
    public DateTimeOffset Hour { get; set; }

    public required string Transport { get; set; }

    public long Received { get; set; }

    public long Lost { get; set; }

    public long LostText { get; set; }

    public long Duplicates { get; set; }

    public long Reordered { get; set; }

    public long Unknowable { get; set; }

    /// <summary>Datagrams dropped by the kernel of a collector. Stored in one row per hour, because their formats are unknown.</summary>
    public long KernelDrops { get; set; }
}

/// <summary>The last save of each collector. Distinguishes a retry after a lost response from a new save.</summary>
public sealed class LossSaveRow
{
    public required string Collector { get; set; }

    public Guid Run { get; set; }

    public long Number { get; set; }
}
