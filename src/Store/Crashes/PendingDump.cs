using System.Security.Cryptography;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;

namespace Mayday.Store.Crashes;

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

    /// <summary>False where the reservoir leaves the log out.</summary>
    public bool IsLogKept { get; set; } = true;

    /// <summary>True where a stored log of its bug gave way to this one's.</summary>
    public bool HasReplacedLog { get; set; }

    public ReadOnlyMemory<byte> Log => IsLogKept ? Dump.Log : default;

    public ReadOnlyMemory<byte> Datagrams => IsLogKept ? Dump.Datagrams : default;

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

    /// <summary>The report's own lines; nothing where the log is left out, of which they are the part that matters.</summary>
    public string Extract()
    {
        var (start, end) = Crashes.OccurrenceKey.Bounds(Dump.Dump.Log.Length, Report);
        return Dump.IsLogKept ? StoredText.Decode(Dump.Dump.Log.Span[start..end], StoredText.MaxExtractBytes) : "";
    }

    /// <summary>The crash this is a copy of; null for a new one.</summary>
    public Occurrence? Occurrence { get; set; }

    /// <summary>Set for new crashes and witnesses alike.</summary>
    public Guid CrashId => Occurrence!.CrashId;
}
