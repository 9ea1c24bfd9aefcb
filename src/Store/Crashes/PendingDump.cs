using System.Security.Cryptography;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;

namespace Mayday.Store.Crashes;

/// <summary>A dump while it is written: cleaned texts and the decisions about it.</summary>
internal sealed class PendingDump : HostEvidence
{
    public PendingDump(FinishedDump dump)
        : base(dump.Host, dump.Transport, dump.ReceivedAt)
    {
        Dump = dump;
        CompletedAt = dump.CompletedAt.ToUniversalTime();
        BootId = StoredText.CleanOrNull(dump.BootId, StoredText.MaxName);
        KernelRelease = StoredText.CleanOrNull(dump.KernelRelease, StoredText.MaxWord);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        Crashes = [.. dump.Crashes.Select((report, index) => new PendingCrash(this, report, index, UniqueKey(report, keys)))];
    }

    public FinishedDump Dump { get; }

    public DateTimeOffset CompletedAt { get; }

    public DateTimeOffset OccurredAt => Dump.OccurredAt?.ToUniversalTime() ?? ReceivedAt;

    public string? BootId { get; }

    public string? KernelRelease { get; }

    public IReadOnlyList<PendingCrash> Crashes { get; }

    /// <summary>False if the reservoir leaves the log out.</summary>
    public bool IsLogKept { get; set; } = true;

    /// <summary>True if this log replaced a stored log of the same bug.</summary>
    public bool HasReplacedLog { get; set; }

    public ReadOnlyMemory<byte> Log => IsLogKept ? Dump.Log : default;

    public ReadOnlyMemory<byte> Datagrams => IsLogKept ? Dump.Datagrams : default;

    // Two reports in one dump are two crashes even if every byte is the same (a warning without times, printed twice). The second report of
    // this dump then matches the second one of another dump.
    private byte[] UniqueKey(CrashReport report, HashSet<string> taken)
    {
        var key = OccurrenceKey.Of(Dump.Log.Span, report);
        while (!taken.Add(Convert.ToBase64String(key)))
        {
            key = SHA256.HashData(key);
        }

        return key;
    }
}

/// <summary>A report while it is written: either a new crash or another witness of a known one.</summary>
internal sealed class PendingCrash(PendingDump dump, CrashReport report, int index, byte[] occurrenceKey)
{
    private readonly int _quality = WitnessQuality.Of(report, dump.Dump.Completeness.Complete);

    public PendingDump Dump { get; } = dump;

    public CrashReport Report { get; } = report;

    public int Index { get; } = index;

    public byte[] OccurrenceKey { get; } = occurrenceKey;

    public string SignatureHash { get; } = StoredText.Clean(report.SignatureHash, StoredText.MaxWord);

    public string Title { get; } = StoredText.Clean(report.Title, StoredText.MaxTitle);

    public string? Function { get; } = StoredText.CleanOrNull(report.Function, StoredText.MaxWord);

    public string? KernelRelease { get; } = StoredText.CleanOrNull(report.KernelRelease, StoredText.MaxWord) ?? dump.KernelRelease;

    public double? PrintkTime { get; } = StoredJson.Finite(report.PrintkTime);

    public int Quality => _quality - (Dump.IsLogKept ? 0 : WitnessQuality.WithoutLog);

    /// <summary>The lines of the report. Empty if the log is left out, because they are its most important part.</summary>
    public string Extract()
    {
        var (start, end) = Crashes.OccurrenceKey.Bounds(Dump.Dump.Log.Length, Report);
        return Dump.IsLogKept ? StoredText.Decode(Dump.Dump.Log.Span[start..end], StoredText.MaxExtractBytes) : "";
    }

    /// <summary>The known crash that this is a copy of; null for a new one.</summary>
    public Occurrence? Occurrence { get; set; }

    /// <summary>Set for new crashes and for witnesses.</summary>
    public Guid CrashId => Occurrence!.CrashId;
}
