using System.Security.Cryptography;
using Mayday.Analysis;

namespace Mayday.Store;

/// <summary>A dump on its way into the database: cleaned texts, and what was decided about it.</summary>
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

    // Two reports of one dump are two crashes even when every byte is the same (a warning without times, printed twice): the second
    // one of this dump meets the second one of another.
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

/// <summary>A report on its way: either a crash of its own or one more witness of a known one.</summary>
internal sealed class PendingCrash(PendingDump dump, CrashReport report, int index, byte[] occurrenceKey)
{
    public PendingDump Dump { get; } = dump;

    public CrashReport Report { get; } = report;

    public int Index { get; } = index;

    public byte[] OccurrenceKey { get; } = occurrenceKey;

    public string SignatureHash { get; } = StoredText.Clean(report.SignatureHash, StoredText.MaxWord);

    public string Title { get; } = StoredText.Clean(report.Title, StoredText.MaxTitle);

    public string? Function { get; } = StoredText.CleanOrNull(report.Function, StoredText.MaxWord);

    public string? KernelRelease { get; } = StoredText.CleanOrNull(report.KernelRelease, StoredText.MaxWord) ?? dump.KernelRelease;

    public double? PrintkTime { get; } = StoredJson.Finite(report.PrintkTime);

    public int Quality { get; } = WitnessQuality.Of(report, dump.Dump.Completeness.Complete);

    /// <summary>The crash this is a copy of; null for a new one.</summary>
    public Occurrence? Occurrence { get; set; }

    /// <summary>Set for new crashes and witnesses alike.</summary>
    public Guid CrashId => Occurrence!.CrashId;
}
