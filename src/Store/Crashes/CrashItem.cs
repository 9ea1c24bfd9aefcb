using Mayday.Analysis;
using Mayday.Protocol;

namespace Mayday.Store.Crashes;

/// <summary>A crash as a row of a list. Also the head of a crash page and the base of the API's crash objects.</summary>
public record CrashItem
{
    public required Guid Id { get; init; }

    /// <summary>Name of the host, or its source address if no name is known.</summary>
    public required string Host { get; init; }

    public required Guid HostId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required CrashKind Kind { get; init; }

    public required CrashClass Class { get; init; }

    public required CrashSeverity Severity { get; init; }

    public required string Title { get; init; }

    public string? Function { get; init; }

    public string? Module { get; init; }

    public required Guid BugId { get; init; }

    public string? KernelRelease { get; init; }

    /// <summary>netoops, netconsole, netconsole-basic, evlog, netlink or http.</summary>
    public required string Transport { get; init; }

    /// <summary>True if nothing is missing; null if the transport cannot tell.</summary>
    public required bool? Complete { get; init; }

    public required long? MissingPackets { get; init; }

    public required Guid IncidentId { get; init; }

    public required bool Fatal { get; init; }

    public bool Corrupted { get; init; }

    public Guid DumpId { get; init; }
}

/// <summary>Everything known about one crash.</summary>
public sealed record CrashDetail : CrashItem
{
    public string? SourceAddress { get; init; }

    public int? SourcePort { get; init; }

    /// <summary>The report of the analyser: frames, registers, code, taint, modules, explanation.</summary>
    public required CrashReport Report { get; init; }

    public required Completeness Completeness { get; init; }

    public string? BootId { get; init; }

    public string? DumpType { get; init; }

    public IReadOnlyList<RegisterValue> HeaderRegisters { get; init; } = [];

    public string? Processor { get; init; }

    public IReadOnlyList<UserField> UserFields { get; init; } = [];

    /// <summary>The 128 netoops user bytes in base64; null if there are none.</summary>
    public string? UserBlob { get; init; }

    /// <summary>False if the log is not stored: the reservoir left it out, or it was deleted with its day.</summary>
    public required bool LogKept { get; init; }

    /// <summary>A sentence that explains why the log is not stored; null if it is.</summary>
    public string? LogReason { get; init; }

    /// <summary>The lines of the report, decoded, at most 64 KiB. Empty if the log was left out.</summary>
    public required string Extract { get; init; }

    public int AnalyzerVersion { get; init; }

    public string? AnalysisFailure { get; init; }

    public string? Collector { get; init; }

    public required string BugTitle { get; init; }

    public long BugCrashCount { get; init; }

    public long BugHostCount { get; init; }

    /// <summary>Every dump that contains this crash, the leading one first.</summary>
    public IReadOnlyList<Witness> Witnesses { get; init; } = [];

    /// <summary>The other crashes of the same incident, in order of time.</summary>
    public IReadOnlyList<CrashItem> Incident { get; init; } = [];
}

/// <summary>A witness: one dump that contains a crash.</summary>
public sealed record Witness(Guid DumpId, string Transport, DateTimeOffset ReceivedAt, bool? Complete, long? MissingPackets, long LogBytes, bool Leads);

/// <summary>The stored log of the leading dump of a crash.</summary>
/// <param name="Log">The log bytes, with gap marks.</param>
/// <param name="Start">Start of the crash's report in <paramref name="Log"/>.</param>
/// <param name="End">End of the report in <paramref name="Log"/>, exclusive.</param>
/// <param name="IsKept">False if the reservoir left the log out. <paramref name="Log"/> is empty then.</param>
public sealed record CrashLog(Guid DumpId, byte[] Log, int Start, int End, bool IsKept = true);

/// <summary>The received data, for /raw: joined log bytes (netoops, http) or the datagram container (netconsole).</summary>
/// <param name="IsKept">False if the reservoir left the log out. <paramref name="Content"/> is empty then.</param>
public sealed record RawDump(Guid DumpId, string Transport, byte[] Content, bool IsDatagrams, bool IsKept = true);
