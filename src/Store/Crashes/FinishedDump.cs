using System.Diagnostics;
using System.Net;
using Mayday.Analysis;
using Mayday.Protocol;

namespace Mayday.Store.Crashes;

/// <summary>A dump that left reassembly and analysis and is ready to be written: everything the writer needs, nothing it must look up.</summary>
public sealed record FinishedDump
{
    /// <summary>uuid v7 made from <see cref="ReceivedAt"/> (<see cref="DumpId.At"/>), so that time bounds are id bounds.</summary>
    public required Guid Id { get; init; }

    /// <summary>Arrival of the first datagram (or of the POST), UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Arrival of the last datagram that was used.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    public required Transport Transport { get; init; }

    /// <summary>
    /// Idempotence: SHA-256 over what makes this dump the same dump wherever and however often it is seen (netoops: source address and
    /// dump key and content; http: host and text). 32 bytes.
    /// </summary>
    public required byte[] Key { get; init; }

    public required HostClaim Host { get; init; }

    /// <summary>Non-zero boot id where the sender gave one, as text ("11223344", or the uuid an agent sends).</summary>
    public string? BootId { get; init; }

    /// <summary>netoops dump id; null elsewhere.</summary>
    public int? DumpNumber { get; init; }

    /// <summary>netoops type: "oops" (1: oops or panic), "soft" (3) or the number as text.</summary>
    public string? DumpType { get; init; }

    public string? KernelRelease { get; init; }

    /// <summary>When it happened, where known better than by arrival (POST ?time=); null means <see cref="ReceivedAt"/>.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The kernel log as bytes, with a gap mark line where bytes are missing (<see cref="GapMark"/>).</summary>
    public required ReadOnlyMemory<byte> Log { get; init; }

    /// <summary>netconsole: the datagrams as received, in the container of <see cref="DatagramLog"/>; empty elsewhere.</summary>
    public ReadOnlyMemory<byte> Datagrams { get; init; }

    public required Completeness Completeness { get; init; }

    /// <summary>Registers of the netoops binary block (absent when all zero).</summary>
    public IReadOnlyList<RegisterValue> HeaderRegisters { get; init; } = [];

    /// <summary>"Intel family 6 model 26 stepping 5" from the netoops binary block.</summary>
    public string? Processor { get; init; }

    /// <summary>key=value pairs: netoops blob where it splits, netconsole userdata, sysdata and dictionary, in order, keys may repeat.</summary>
    public IReadOnlyList<UserField> UserFields { get; init; } = [];

    /// <summary>The 128 netoops user bytes, raw; empty when all zero or not netoops.</summary>
    public ReadOnlyMemory<byte> UserBlob { get; init; }

    public IReadOnlyList<CrashReport> Crashes { get; init; } = [];

    public int AnalyzerVersion { get; init; } = CrashAnalyzer.Version;

    /// <summary>Null when the analysis went well; else why it did not (the dump is stored all the same).</summary>
    public string? AnalysisFailure { get; init; }

    /// <summary>Instance name of the collector that took it.</summary>
    public required string Collector { get; init; }

    /// <summary>Called once it is stored, spooled or given up: until then its collector keeps it where a kill does not reach. Null where nobody waits.</summary>
    public Action? Settled { get; init; }

    /// <summary>Its way through the collector, where somebody traces it.</summary>
    public Activity? Trace { get; init; }

    /// <summary>For one that came back from the spool: the trace that it had before, so that it goes on. Null where nobody traced it.</summary>
    public SpooledTrace? SpooledTrace { get; init; }
}

/// <summary>The trace of a dump that went over the spool: its root, which ended there, and when it did.</summary>
public readonly record struct SpooledTrace(ActivityContext Root, DateTimeOffset SpooledAt);

public sealed record UserField(string Key, string Value);

/// <summary>What arrived and what did not. Null means that the transport cannot tell (basic netconsole).</summary>
public sealed record Completeness
{
    /// <summary>True: nothing is missing. False: something is. Null: cannot be told; stored documents leave nulls out, so it must not be required.</summary>
    public bool? Complete { get; init; }

    /// <summary>Packets (netoops) or records (extended netconsole, by msgid or sequence) that should have come.</summary>
    public long? Expected { get; init; }

    public required long Received { get; init; }

    public long Duplicates { get; init; }

    public long Conflicting { get; init; }

    public long? Missing { get; init; }

    /// <summary>At most this many bytes of log are missing; null when unknown.</summary>
    public long? MissingBytes { get; init; }

    /// <summary>The missing packet numbers or sequence numbers, inclusive ranges, ascending.</summary>
    public IReadOnlyList<MissingRange> MissingRanges { get; init; } = [];

    /// <summary>Full copies seen of a netoops dump's best covered packet (3 when no round was lost).</summary>
    public int? Rounds { get; init; }

    /// <summary>Plain sentences about oddities: "2 packets came empty: 2048 bytes lost by the sender", "the sender dropped 178 messages".</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

public sealed record MissingRange(long First, long Last);
