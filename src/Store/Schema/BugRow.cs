using Mayday.Protocol;

namespace Mayday.Store.Schema;

/// <summary>A group of crashes with one signature, and its counts.</summary>
public sealed class BugRow
{
    public Guid Id { get; set; }

    public required string SignatureHash { get; set; }

    public required string Signature { get; set; }

    public required string Kind { get; set; }

    public required string Class { get; set; }

    public required string Title { get; set; }

    public string? Function { get; set; }

    public string? Module { get; set; }

    public long CrashCount { get; set; }

    public long HostCount { get; set; }

    public long FatalCount { get; set; }

    public DateTimeOffset FirstSeen { get; set; }

    public DateTimeOffset LastSeen { get; set; }

    public string? FirstKernelRelease { get; set; }

    public string? LastKernelRelease { get; set; }
}

public sealed class BugHostRow
{
    public Guid BugId { get; set; }

    public Guid HostId { get; set; }

    public long CrashCount { get; set; }

    public DateTimeOffset LastSeen { get; set; }
}

public sealed class BugReleaseRow
{
    public Guid BugId { get; set; }

    public required string KernelRelease { get; set; }

    public long CrashCount { get; set; }
}

/// <summary>The bug that the crashes of a signature belong to, if a person decided it: a merge or a permanent split.</summary>
public sealed class BugAliasRow
{
    public required string SignatureHash { get; set; }

    public Guid BugId { get; set; }

    public DateTimeOffset DecidedAt { get; set; }

    /// <summary>
    /// If a newer analyser renamed a signature with a decision: the signature the person decided on. Null for the decision itself.
    /// </summary>
    public string? CarriedFrom { get; set; }

    public string? Note { get; set; }
}

/// <summary>Crashes of a bug per minute of arrival, kept for a day. Used to detect storms, and counted by the reservoir.</summary>
public sealed class BugMinuteRow
{
    public Guid BugId { get; set; }

    public DateTimeOffset Minute { get; set; }

    public long CrashCount { get; set; }

    /// <summary>Dumps of this bug whose log was kept.</summary>
    public long KeptCount { get; set; }

    /// <summary>Dumps of this bug whose log was left out.</summary>
    public long ThinnedCount { get; set; }
}

/// <summary>A kept log of the reservoir's current hour, which a better log may replace.</summary>
public sealed class BugLogRow
{
    public Guid BugId { get; set; }

    public Guid DumpId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>0 complete, 1 unknown, 2 partial.</summary>
    public short Rank { get; set; }

    /// <summary>True if the dump also contains crashes of other bugs, which may keep it.</summary>
    public bool IsShared { get; set; }
}

/// <summary>Crashes of a bug per UTC day: the trend in lists.</summary>
public sealed class BugDayRow
{
    public Guid BugId { get; set; }

    public DateOnly Day { get; set; }

    public long CrashCount { get; set; }
}
