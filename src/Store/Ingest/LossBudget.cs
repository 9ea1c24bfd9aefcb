using Mayday.Protocol;

namespace Mayday.Store.Ingest;

/// <summary>What of what the fleet sent arrived, in a time and hour by hour.</summary>
public sealed record LossBudget
{
    public required DateTimeOffset Since { get; init; }

    /// <summary>Packets that arrived, doubled ones once: netoops copies, netconsole records.</summary>
    public long Received { get; init; }

    /// <summary>Packets known not to have arrived.</summary>
    public long Lost { get; init; }

    /// <summary>Of those, the ones whose text came in no other copy either.</summary>
    public long LostText { get; init; }

    public long Duplicates { get; init; }

    public long Reordered { get; init; }

    /// <summary>Of the received, those of senders that cannot tell what was lost: basic netconsole, extended without message ids at a reduced console level.</summary>
    public long Unknowable { get; init; }

    /// <summary>Senders of which something was lost.</summary>
    public long LossySenders { get; init; }

    /// <summary>Datagrams that a collector's kernel dropped because a socket buffer was full; also among the lost, where senders number their packets.</summary>
    public long KernelDrops { get; init; }

    /// <summary>Arrived, of what is known to have been sent; null while nothing came that can tell.</summary>
    public double? ArrivedShare => ShareOf(Received - Unknowable, Lost);

    /// <summary>Oldest first; an hour in which nothing came is left out.</summary>
    public IReadOnlyList<LossHour> Hours { get; init; } = [];

    internal static double? ShareOf(long received, long lost) => received + lost > 0 ? (double)received / (received + lost) : null;
}

/// <summary>One hour of the fleet.</summary>
public sealed record LossHour(DateTimeOffset Hour, long Received, long Lost, long LostText, long Unknowable, long KernelDrops)
{
    public double? ArrivedShare => LossBudget.ShareOf(Received - Unknowable, Lost);
}

/// <summary>What came of a host's packets, by transport, since its addresses were first heard.</summary>
public sealed record HostLoss
{
    public required string Transport { get; init; }

    public long Received { get; init; }

    /// <summary>Null where it cannot be told for any of them.</summary>
    public long? Lost { get; init; }

    public long? LostText { get; init; }

    public long Duplicates { get; init; }

    public long Reordered { get; init; }

    public long Unknowable { get; init; }

    public DateTimeOffset FirstAt { get; init; }

    public DateTimeOffset LastAt { get; init; }
}
