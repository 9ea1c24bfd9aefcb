using Mayday.Protocol;

namespace Mayday.Store.Schema;

/// <summary>The group of crashes with one signature, and its counts.</summary>
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

/// <summary>Which bug the crashes of a signature belong to, where a person decided it: a merge, or a split that is to last.</summary>
public sealed class BugAliasRow
{
    public required string SignatureHash { get; set; }

    public Guid BugId { get; set; }

    public DateTimeOffset DecidedAt { get; set; }

    /// <summary>The signature that a person decided on, where a newer analyser gave its crashes this one; null for the person's own words.</summary>
    public string? CarriedFrom { get; set; }

    public string? Note { get; set; }
}

/// <summary>Crashes of a bug within one minute of arrival, for a day: what storms are told by, and what the reservoir counts.</summary>
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

/// <summary>A kept log within the reservoir's hour: what may give way to a better one.</summary>
public sealed class BugLogRow
{
    public Guid BugId { get; set; }

    public Guid DumpId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>0 whole, 1 where nobody can tell, 2 partial.</summary>
    public short Rank { get; set; }

    /// <summary>The dump holds crashes of other bugs as well, which keep it.</summary>
    public bool IsShared { get; set; }
}

/// <summary>Crashes of a bug on one UTC day: the trend that lists draw.</summary>
public sealed class BugDayRow
{
    public Guid BugId { get; set; }

    public DateOnly Day { get; set; }

    public long CrashCount { get; set; }
}
