using System.Net;

namespace Mayday.Simulation.Replay;

/// <summary>Exactly what a replay did.</summary>
public sealed record ReplayReport
{
    /// <summary>Datagrams handed to the network.</summary>
    public required long Sent { get; init; }

    /// <summary>Their payload bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Datagrams left out on purpose.</summary>
    public required long Lost { get; init; }

    /// <summary>Datagrams sent twice on purpose; both count as sent.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Datagrams held back so that later ones overtook them.</summary>
    public required long Reordered { get; init; }

    /// <summary>Datagrams that the receiving machine refused because nothing listens on the port; they count as sent.</summary>
    public required long Refused { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The seed, with which it can be repeated.</summary>
    public required int Seed { get; init; }

    /// <summary>Where it went: more than one when files have different default ports.</summary>
    public required IReadOnlyList<IPEndPoint> Targets { get; init; }

    /// <summary>What each simulated machine sent.</summary>
    public required IReadOnlyList<ReplayedHost> Hosts { get; init; }
}

/// <summary>What one simulated machine sent.</summary>
/// <param name="Name">Its name in the user data; empty for none.</param>
/// <param name="Address">The address it sent from; the any-address where the system chose.</param>
/// <param name="Dumps">Its netoops dumps, in order.</param>
/// <param name="LostRecords">Sequence numbers of extended records of which a part was left out in every copy, ascending.</param>
public sealed record ReplayedHost(string Name, IPAddress Address, IReadOnlyList<ReplayedDump> Dumps, IReadOnlyList<ulong> LostRecords);

/// <summary>What of one netoops dump left the machine.</summary>
/// <param name="BootId">Boot id it stated.</param>
/// <param name="DumpId">Dump id it stated.</param>
/// <param name="PacketCount">Packets it has.</param>
/// <param name="MissingPackets">Packet numbers that were lost on purpose in every round, ascending: what a receiver must say is missing.</param>
public sealed record ReplayedDump(uint BootId, ushort DumpId, int PacketCount, IReadOnlyList<int> MissingPackets);

/// <summary>How far a replay is.</summary>
/// <param name="Sent">Datagrams sent so far.</param>
/// <param name="Bytes">Their payload bytes.</param>
/// <param name="HostsDone">Machines that have sent everything.</param>
/// <param name="Hosts">Machines there are.</param>
public readonly record struct ReplayProgress(long Sent, long Bytes, int HostsDone, int Hosts);
