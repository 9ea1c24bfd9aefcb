using System.Diagnostics;
using System.Net;
using Mayday.Analysis;
using Mayday.Protocol;

namespace Mayday.Store.Crashes;

/// <summary>
/// A reassembled and analysed dump, ready to be written. It contains everything the writer needs, so nothing must be looked up.
/// </summary>
public sealed record FinishedDump
{
    /// <summary>A uuid v7 made from <see cref="ReceivedAt"/> (<see cref="DumpId.At"/>). So a time range is also an id range.</summary>
    public required Guid Id { get; init; }

    /// <summary>Arrival of the first datagram (or of the POST request), UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Arrival of the last datagram that contributed.</summary>
    public required DateTimeOffset CompletedAt { get; init; }

    public required Transport Transport { get; init; }

    /// <summary>
    /// The idempotency key, 32 bytes: SHA-256 over what identifies the dump wherever and however often it is received (netoops: source
    /// address, dump key and content; http: host and text).
    /// </summary>
    public required byte[] Key { get; init; }

    public required HostClaim Host { get; init; }

    /// <summary>Non-zero boot id, if the sender gave one, as text ("11223344", or the uuid an agent sends).</summary>
    public string? BootId { get; init; }

    /// <summary>netoops dump id; null for other transports.</summary>
    public int? DumpNumber { get; init; }

    /// <summary>netoops type: "oops" (1: oops or panic), "soft" (3), or the number as text.</summary>
    public string? DumpType { get; init; }

    public string? KernelRelease { get; init; }

    /// <summary>When the crash happened, if known better than by arrival (POST ?time=). Null means <see cref="ReceivedAt"/>.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The kernel log as bytes. A gap mark line stands where bytes are missing (<see cref="GapMark"/>).</summary>
    public required ReadOnlyMemory<byte> Log { get; init; }

    /// <summary>netconsole: the datagrams as received, in the format of <see cref="DatagramLog"/>. Empty for other transports.</summary>
    public ReadOnlyMemory<byte> Datagrams { get; init; }

    public required Completeness Completeness { get; init; }

    /// <summary>Registers from the netoops binary block. Absent if they are all zero.</summary>
    public IReadOnlyList<RegisterValue> HeaderRegisters { get; init; } = [];

    /// <summary>"Intel family 6 model 26 stepping 5" from the netoops binary block.</summary>
    public string? Processor { get; init; }

    /// <summary>
    /// key=value pairs in order; keys may repeat. Sources: the netoops user blob if it splits, netconsole userdata, sysdata and dictionary.
    /// </summary>
    public IReadOnlyList<UserField> UserFields { get; init; } = [];

    /// <summary>The 128 netoops user bytes, raw. Empty if all zero or not netoops.</summary>
    public ReadOnlyMemory<byte> UserBlob { get; init; }

    public IReadOnlyList<CrashReport> Crashes { get; init; } = [];

    public int AnalyzerVersion { get; init; } = CrashAnalyzer.Version;

    /// <summary>Why the analysis failed; null if it succeeded. The dump is stored in both cases.</summary>
    public string? AnalysisFailure { get; init; }

    /// <summary>Instance name of the collector that received it.</summary>
    public required string Collector { get; init; }

    /// <summary>
    /// Called when the dump is stored, spooled or given up. Until then the collector keeps it in its journal, which survives a kill. Null
    /// if nobody waits.
    /// </summary>
    public Action? Settled { get; init; }

    /// <summary>The trace of the dump's way through the collector, if tracing is on.</summary>
    public Activity? Trace { get; init; }

    /// <summary>
    /// The trace that a dump from the spool had before it was spooled, so that the trace continues. Null if it was not traced.
    /// </summary>
    public SpooledTrace? SpooledTrace { get; init; }
}

/// <summary>The trace of a spooled dump: its root, which ended at the spool, and the time of spooling.</summary>
public readonly record struct SpooledTrace(ActivityContext Root, DateTimeOffset SpooledAt);

public sealed record UserField(string Key, string Value);

/// <summary>What arrived and what is missing. Null members mean that the transport cannot tell (basic netconsole).</summary>
public sealed record Completeness
{
    /// <summary>
    /// True if nothing is missing, false if something is, null if unknown. Stored documents omit nulls, so the member must not be required.
    /// </summary>
    public bool? Complete { get; init; }

    /// <summary>Number of packets (netoops) or records (extended netconsole, by msgid or sequence) that were sent.</summary>
    public long? Expected { get; init; }

    public required long Received { get; init; }

    public long Duplicates { get; init; }

    public long Conflicting { get; init; }

    public long? Missing { get; init; }

    /// <summary>Upper bound of the missing log bytes; null if unknown.</summary>
    public long? MissingBytes { get; init; }

    /// <summary>The missing packet or sequence numbers as inclusive ranges, ascending.</summary>
    public IReadOnlyList<MissingRange> MissingRanges { get; init; } = [];

    /// <summary>How many copies of its best-covered packet arrived for a netoops dump (3 if no round was lost).</summary>
    public int? Rounds { get; init; }

    /// <summary>
    /// Sentences about anomalies: "2 packets came empty: 2048 bytes lost by the sender", "the sender dropped 178 messages".
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

public sealed record MissingRange(long First, long Last);
