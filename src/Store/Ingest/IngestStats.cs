namespace Mayday.Store.Ingest;

/// <summary>Every counter of every collector, and what the store holds.</summary>
public sealed record IngestStats
{
    public IReadOnlyList<CollectorState> Collectors { get; init; } = [];

    /// <summary>Sums over collectors, by name and tags.</summary>
    public IReadOnlyList<IngestCounter> Counters { get; init; } = [];

    /// <summary>Datagrams received, by format (netoops, netconsole, netconsole-basic, evlog).</summary>
    public IReadOnlyDictionary<string, long> DatagramsByFormat { get; init; } = new Dictionary<string, long>();

    /// <summary>Datagrams refused, by reason.</summary>
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

    /// <summary>Dumps given up between reassembly and analysis: they came faster than they could be understood.</summary>
    public long DroppedDumps { get; init; }

    /// <summary>Dumps stored without their log, because their bug had enough of them.</summary>
    public long ThinnedDumps { get; init; }

    public long DumpsStored { get; init; }

    public long CrashesStored { get; init; }

    public long Hosts { get; init; }

    /// <summary>Kernel events that came over UDP, netlink and printk; what is handed in over HTTP is not among them.</summary>
    public long EventsReceived { get; init; }

    /// <summary>Kernel events of all hosts, whichever way they came; a folded one counts for all it stands for.</summary>
    public long EventsStored { get; init; }

    /// <summary>Equal events that became part of another.</summary>
    public long EventsFolded { get; init; }

    /// <summary>Events that a rule dropped, by rule.</summary>
    public IReadOnlyDictionary<string, long> EventsDiscardedByRule { get; init; } = new Dictionary<string, long>();

    /// <summary>Events lost inside the collector, by reason.</summary>
    public IReadOnlyDictionary<string, long> EventsDroppedByReason { get; init; } = new Dictionary<string, long>();

    /// <summary>Thresholds of rules that were reached.</summary>
    public long EventAlerts { get; init; }

    /// <summary>Rows in a default partition: senders or collectors with a wrong clock.</summary>
    public long MisdatedRows { get; init; }

    /// <summary>What of what the fleet sent arrived in the last day.</summary>
    public LossBudget? Loss { get; init; }
}

public sealed record CollectorState(string Name, DateTimeOffset StartedAt, DateTimeOffset LastSeenAt, bool Alive);
