using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Store.Schema;

/// <summary>One stored kernel log, raw. Partitioned by <see cref="Id"/>.</summary>
public sealed class DumpRow
{
    public Guid Id { get; set; }

    public Guid HostId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public DateTimeOffset CompletedAt { get; set; }

    public DateTimeOffset? OccurredAt { get; set; }

    public required string Transport { get; set; }

    public required byte[] Key { get; set; }

    public string? SourceAddress { get; set; }

    public int? SourcePort { get; set; }

    public string? ClaimedName { get; set; }

    public string? MachineId { get; set; }

    public string? BootId { get; set; }

    public int? DumpNumber { get; set; }

    public string? DumpType { get; set; }

    public string? KernelRelease { get; set; }

    public bool? Complete { get; set; }

    public long? MissingPackets { get; set; }

    public required string Completeness { get; set; }

    public required string HeaderRegisters { get; set; }

    public string? Processor { get; set; }

    public required string UserFields { get; set; }

    public byte[]? UserBlob { get; set; }

    public int CrashCount { get; set; }

    public int AnalyzerVersion { get; set; }

    public string? AnalysisFailure { get; set; }

    public required string Collector { get; set; }

    public long LogBytes { get; set; }

    /// <summary>
    /// False if the reservoir left the log out. <see cref="Log"/> and <see cref="Datagrams"/> are then empty, and <see cref="LogBytes"/> is
    /// the original size.
    /// </summary>
    public bool LogKept { get; set; } = true;

    public required byte[] Log { get; set; }

    public byte[]? Datagrams { get; set; }
}
