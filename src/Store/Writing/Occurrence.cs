namespace Mayday.Store;

/// <summary>A crash as the ledger knows it: enough to recognise a copy, to decide who leads and to move counts.</summary>
internal sealed class Occurrence
{
    public required Guid CrashId { get; init; }

    public required Guid HostId { get; init; }

    public required byte[] Key { get; init; }

    public string? BootId { get; set; }

    public required Guid BugId { get; set; }

    public required Guid IncidentId { get; set; }

    public string? KernelRelease { get; set; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public double? PrintkTime { get; init; }

    public required int Quality { get; set; }

    public required bool Fatal { get; set; }

    public bool IsNew { get; init; }

    public bool IsChanged { get; set; }

    // Reports without times look alike from boot to boot; copies of one crash by other ways arrive within minutes.
    private static readonly TimeSpan s_untimedWindow = TimeSpan.FromMinutes(10);

    public bool IsSame(PendingCrash crash)
    {
        var dump = crash.Dump;
        if (BootId is not null && dump.BootId is not null)
        {
            return BootId == dump.BootId;
        }

        return PrintkTime is not null || (dump.ReceivedAt - ReceivedAt).Duration() <= s_untimedWindow;
    }
}
