using Mayday.Protocol;

namespace Mayday.Store.Ingest;

/// <summary>Share of sent packets that arrived, for a period and for each hour of it.</summary>
public sealed record LossBudget
{
    public required DateTimeOffset Since { get; init; }

    /// <summary>Packets that arrived, duplicates counted once: netoops copies and netconsole records.</summary>
    public long Received { get; init; }

    /// <summary>Packets that are known to be lost.</summary>
    public long Lost { get; init; }

    /// <summary>Lost packets whose text did not arrive in another copy either.</summary>
    public long LostText { get; init; }

    public long Duplicates { get; init; }

    public long Reordered { get; init; }

    /// <summary>
    /// Received packets of senders whose losses are unknowable: basic netconsole, and extended netconsole without message ids at a reduced
    /// console level.
    /// </summary>
    public long Unknowable { get; init; }

    /// <summary>Number of senders with lost packets.</summary>
    public long LossySenders { get; init; }

    /// <summary>
    /// Datagrams that the kernel of a collector dropped because a socket buffer was full. Also counted as lost if the sender numbers its
    /// packets.
    /// </summary>
    public long KernelDrops { get; init; }

    /// <summary>Share of the packets known to have been sent that arrived; null until such packets exist.</summary>
    public double? ArrivedShare => ShareOf(Received - Unknowable, Lost);

    /// <summary>Oldest first. Hours without packets are omitted.</summary>
    public IReadOnlyList<LossHour> Hours { get; init; } = [];

    internal static double? ShareOf(long received, long lost) => received + lost > 0 ? (double)received / (received + lost) : null;
}

/// <summary>The counts of one hour for the whole fleet.</summary>
public sealed record LossHour(DateTimeOffset Hour, long Received, long Lost, long LostText, long Unknowable, long KernelDrops)
{
    public double? ArrivedShare => LossBudget.ShareOf(Received - Unknowable, Lost);
}

/// <summary>Received and lost packets of a host, by transport, since its addresses were first seen.</summary>
public sealed record HostLoss
{
    public required string Transport { get; init; }

    public long Received { get; init; }

    /// <summary>Null if it cannot be determined for any of them.</summary>
    public long? Lost { get; init; }

    public long? LostText { get; init; }

    public long Duplicates { get; init; }

    public long Reordered { get; init; }

    public long Unknowable { get; init; }

    public DateTimeOffset FirstAt { get; init; }

    public DateTimeOffset LastAt { get; init; }
}
