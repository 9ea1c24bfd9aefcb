using System.Net;

namespace Mayday.Simulation.Load;

/// <summary>Exactly what a load sent.</summary>
public sealed record LoadReport
{
    /// <summary>Datagrams handed to the network, copies included.</summary>
    public required long Sent { get; init; }

    /// <summary>Their payload bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Of <see cref="Sent"/>, those that are packets of netoops dumps.</summary>
    public required long NetoopsSent { get; init; }

    /// <summary>Of <see cref="Sent"/>, those in the extended format.</summary>
    public required long NetconsoleSent { get; init; }

    /// <summary>Of <see cref="Sent"/>, those in the basic format.</summary>
    public required long NetconsoleBasicSent { get; init; }

    /// <summary>Of <see cref="Sent"/>, those that are event records.</summary>
    public required long EventsSent { get; init; }

    /// <summary>Of <see cref="Sent"/>, those from made-up addresses.</summary>
    public required long StrangersSent { get; init; }

    /// <summary>Datagrams left out on purpose.</summary>
    public required long Lost { get; init; }

    /// <summary>Datagrams sent twice on purpose; both count as sent.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Datagrams that were sent after a later one of their machine, on purpose.</summary>
    public required long Late { get; init; }

    /// <summary>Netoops dumps of which at least one packet was sent.</summary>
    public required long Dumps { get; init; }

    /// <summary>Of those, dumps of which a packet was left out in every round.</summary>
    public required long PartialDumps { get; init; }

    /// <summary>Packets of dumps that were left out in every round.</summary>
    public required long MissingPackets { get; init; }

    /// <summary>Packets of dumps beyond the first copy of each.</summary>
    public required long RepeatedPackets { get; init; }

    /// <summary>Crashes by the function that they name, in dumps and among lines; a report that lost lines is counted.</summary>
    public required IReadOnlyDictionary<string, long> Crashes { get; init; }

    /// <summary>Of <see cref="Crashes"/>, those that lost a line that names them, or a packet in every round, or (basic netconsole) had
    /// such a line sent late or twice.</summary>
    public required IReadOnlyDictionary<string, long> UncertainCrashes { get; init; }

    /// <summary>Packets of the largest dump.</summary>
    public required int PacketsOfDump { get; init; }

    /// <summary>How often the receiving machine reported that nothing listens on the port.</summary>
    public required long Refused { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Processor time of the whole process during the load.</summary>
    public required TimeSpan ProcessorTime { get; init; }

    /// <summary>Longest time that the sender was behind its schedule: above some milliseconds the requested rate was not reached.</summary>
    public required TimeSpan MostBehind { get; init; }

    /// <summary>What each machine that sent anything did.</summary>
    public required IReadOnlyList<LoadedHost> Hosts { get; init; }
}

/// <summary>What one machine sent.</summary>
/// <param name="Name">Its name in the user data; empty for none.</param>
/// <param name="Address">The address it sent from; the any-address where the system chose.</param>
/// <param name="Format">What it speaks.</param>
/// <param name="Sent">Datagrams that left, copies included.</param>
/// <param name="Records">netconsole records it had to say, those left out included.</param>
/// <param name="Lost">netconsole: records left out; netoops: packets left out in every round.</param>
/// <param name="Duplicates">netconsole: copies on purpose; netoops: packets beyond the first copy of each.</param>
/// <param name="Late">netconsole records that left behind a later one.</param>
/// <param name="Dumps">netoops dumps.</param>
/// <param name="PartialDumps">Those of which a packet was left out in every round.</param>
/// <param name="Crashes">Crashes, in dumps and among lines.</param>
/// <param name="LinkLost">Datagrams left out on purpose, each copy for itself.</param>
/// <param name="LinkDoubled">Datagrams sent twice on purpose, once for each.</param>
/// <param name="UncertainCrashes">Of the crashes, those that were harmed so that nobody can count them rightly: see <see
/// cref="LoadReport.UncertainCrashes"/>.</param>
public sealed record LoadedHost(
    string Name, IPAddress Address, LoadFormat Format, long Sent, long Records, long Lost, long Duplicates, long Late, long Dumps, long PartialDumps, long Crashes,
    long LinkLost, long LinkDoubled, long UncertainCrashes);

/// <summary>How far a load is.</summary>
/// <param name="Sent">Datagrams sent so far.</param>
/// <param name="Bytes">Their payload bytes.</param>
/// <param name="Crashes">Crashes begun so far.</param>
/// <param name="Elapsed">Since the start.</param>
public readonly record struct LoadProgress(long Sent, long Bytes, long Crashes, TimeSpan Elapsed);
