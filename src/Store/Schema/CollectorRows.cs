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
