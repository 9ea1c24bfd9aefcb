using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Store.Schema;

/// <summary>
/// One analysed crash. Partitioned by <see cref="Id"/>. Everything that lists filter by or show is a column. The complete report is in <see
/// cref="Report"/>.
/// </summary>
public sealed class CrashRow
{
    public Guid Id { get; set; }

    /// <summary>The leading witness: the dump with the best copy of the report.</summary>
    public Guid DumpId { get; set; }

    public Guid HostId { get; set; }

    public Guid BugId { get; set; }

    public Guid IncidentId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public DateTimeOffset OccurredAt { get; set; }

    public required string Kind { get; set; }

    public required string Class { get; set; }

    public required string Severity { get; set; }

    public required string Title { get; set; }

    public string? Function { get; set; }

    public string? Module { get; set; }

    public required string SignatureHash { get; set; }

    public string? KernelRelease { get; set; }

    public required string Transport { get; set; }

    public bool? Complete { get; set; }

    public long? MissingPackets { get; set; }

    public bool Fatal { get; set; }

    public bool Aftermath { get; set; }

    public bool Corrupted { get; set; }

    public string? CorruptedReason { get; set; }

    public int? Cpu { get; set; }

    public int? Pid { get; set; }

    public string? Comm { get; set; }

    public string? Taint { get; set; }

    public string? Hardware { get; set; }

    public double? PrintkTime { get; set; }

    public int LogStart { get; set; }

    public int LogEnd { get; set; }

    public int AnalyzerVersion { get; set; }

    /// <summary>Identifies other copies of the report (<see cref="Store.OccurrenceKey"/>).</summary>
    public required byte[] OccurrenceKey { get; set; }

    public required string Report { get; set; }

    public required string Extract { get; set; }

    /// <summary>The words of title, function and extract for the text index (<see cref="Store.SearchWords"/>).</summary>
    public required string Words { get; set; }
}

/// <summary>A dump that contains a crash. Partitioned by <see cref="CrashId"/>, so that it is dropped together with its crash.</summary>
public sealed class CrashWitnessRow
{
    public Guid CrashId { get; set; }

    public Guid DumpId { get; set; }

    /// <summary>Position of the report among the reports of the dump, from 0.</summary>
    public int Position { get; set; }
}

/// <summary>An incident: all crashes of one failure of one machine.</summary>
public sealed class IncidentRow
{
    public Guid Id { get; set; }

    public Guid HostId { get; set; }

    public string? BootId { get; set; }

    public DateTimeOffset FirstAt { get; set; }

    public DateTimeOffset LastAt { get; set; }

    public double? FirstPrintkTime { get; set; }

    public double? LastPrintkTime { get; set; }

    public int CrashCount { get; set; }

    public bool Fatal { get; set; }
}
