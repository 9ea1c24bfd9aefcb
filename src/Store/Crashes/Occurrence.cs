using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>A known crash, as the ledger stores it: enough to recognise a copy, to choose the leading copy and to move counts.</summary>
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

    // Without printk times, reports of different boots look alike. Copies of one crash over other transports arrive within minutes.
    private static readonly TimeSpan s_untimedWindow = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Reads a row that begins with: crash id, host id, key, boot id, bug id, incident id, kernel release, received at, printk time,
    /// quality, fatal.
    /// </summary>
    public static Occurrence Read(NpgsqlDataReader row) => new()
    {
        CrashId = row.GetGuid(0),
        HostId = row.GetGuid(1),
        Key = row.GetFieldValue<byte[]>(2),
        BootId = row.TextOrNull(3),
        BugId = row.GetGuid(4),
        IncidentId = row.GetGuid(5),
        KernelRelease = row.TextOrNull(6),
        ReceivedAt = row.GetFieldValue<DateTimeOffset>(7),
        PrintkTime = row.ValueOrNull<double>(8),
        Quality = row.GetInt32(9),
        Fatal = row.GetBoolean(10),
    };

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
