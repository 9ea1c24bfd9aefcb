namespace Mayday.Store.Ingest;

/// <summary>All counters of all collectors, and totals of the store.</summary>
public sealed record IngestStats
{
    public IReadOnlyList<CollectorState> Collectors { get; init; } = [];

    /// <summary>Sums over all collectors, by name and tags.</summary>
    public IReadOnlyList<IngestCounter> Counters { get; init; } = [];

    /// <summary>Datagrams received, by format (netoops, netconsole, netconsole-basic, evlog).</summary>
    public IReadOnlyDictionary<string, long> DatagramsByFormat { get; init; } = new Dictionary<string, long>();

    /// <summary>Rejected datagrams, by reason.</summary>
    public IReadOnlyDictionary<string, long> RejectedByReason { get; init; } = new Dictionary<string, long>();

    public long Datagrams { get; init; }

    public long Rejected { get; init; }

    /// <summary>Datagrams that the kernel dropped because the socket buffer was full.</summary>
    public long KernelDrops { get; init; }

    public long Duplicates { get; init; }

    public long Conflicting { get; init; }

    public long CompleteDumps { get; init; }

    public long PartialDumps { get; init; }

    public long SpooledDumps { get; init; }

    public long SpoolBytes { get; init; }

    public long SpoolDropped { get; init; }

    /// <summary>Dumps dropped between reassembly and analysis because they arrived faster than they could be analysed.</summary>
    public long DroppedDumps { get; init; }

    /// <summary>Dumps stored without their log because their bug had enough logs.</summary>
    public long ThinnedDumps { get; init; }

    public long DumpsStored { get; init; }

    public long CrashesStored { get; init; }

    public long Hosts { get; init; }

    /// <summary>Kernel events received over UDP, netlink and printk. Events uploaded over HTTP are not included.</summary>
    public long EventsReceived { get; init; }

    /// <summary>Kernel events of all hosts, over all transports. A folded event counts for all events it stands for.</summary>
    public long EventsStored { get; init; }

    /// <summary>Events folded into an equal event.</summary>
    public long EventsFolded { get; init; }

    /// <summary>Events discarded by a rule, by rule.</summary>
    public IReadOnlyDictionary<string, long> EventsDiscardedByRule { get; init; } = new Dictionary<string, long>();

    /// <summary>Events lost inside the collector, by reason.</summary>
    public IReadOnlyDictionary<string, long> EventsDroppedByReason { get; init; } = new Dictionary<string, long>();

    /// <summary>Number of times that a rule reached its threshold.</summary>
    public long EventAlerts { get; init; }

    /// <summary>Rows in a default partition, caused by senders or collectors with a wrong clock.</summary>
    public long MisdatedRows { get; init; }

    /// <summary>Share of the fleet's packets that arrived in the last day.</summary>
    public LossBudget? Loss { get; init; }
}

public sealed record CollectorState(string Name, DateTimeOffset StartedAt, DateTimeOffset LastSeenAt, bool Alive);
