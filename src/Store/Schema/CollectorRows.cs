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

    /// <summary>What earlier starts had counted when this one began.</summary>
    public long Base { get; set; }
}

/// <summary>What came of the packets of one address, by transport, since it was first heard.</summary>
public sealed class SenderLossRow
{
    /// <summary>Empty for senders that were too many to be told apart.</summary>
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

/// <summary>A day on which packets of an address were lost; none for a day without loss.</summary>
public sealed class SenderLossDayRow
{
    public required string Address { get; set; }

    public required string Transport { get; set; }

    public DateOnly Day { get; set; }

    public long Lost { get; set; }

    public long LostText { get; set; }
}

/// <summary>What came of the packets of the whole fleet in an hour.</summary>
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

    /// <summary>Datagrams that the kernel of a collector dropped; on one row of the hour, since it does not tell formats.</summary>
    public long KernelDrops { get; set; }
}

/// <summary>The last save of each collector: one that is repeated because its answer was lost is told from the next.</summary>
public sealed class LossSaveRow
{
    public required string Collector { get; set; }

    public Guid Run { get; set; }

    public long Number { get; set; }
}
