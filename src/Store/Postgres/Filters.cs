using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Store.Postgres;

/// <summary>Narrows a list of crashes. A null member does not filter.</summary>
public sealed record CrashFilter
{
    /// <summary>Turns the order of a virtualised list around; a list with a cursor is always newest first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>Host id (uuid), host name or source address. "web-*" matches by prefix.</summary>
    public string? Host { get; init; }

    public CrashKind? Kind { get; init; }

    public Guid? Bug { get; init; }

    public string? Function { get; init; }

    public string? KernelRelease { get; init; }

    public Transport? Transport { get; init; }

    /// <summary>Bounds of received_at: since is inclusive, until is exclusive.</summary>
    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public bool? Complete { get; init; }

    public bool? Fatal { get; init; }

    public Guid? Incident { get; init; }

    /// <summary>Text to find in title, function and extract.</summary>
    public string? Text { get; init; }
}

public sealed record BugFilter
{
    public CrashKind? Kind { get; init; }

    public string? Function { get; init; }

    public string? Text { get; init; }

    public string? Host { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>"lastSeen" (default), "crashes", "hosts", "firstSeen".</summary>
    public string? Sort { get; init; }
}

public sealed record HostFilter
{
    public string? Text { get; init; }

    public string? KernelRelease { get; init; }

    /// <summary>Only hosts seen at or after this time.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>One page of a list. <see cref="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>The start and the length of a page.</summary>
public readonly record struct PageRequest(int Limit = 50, string? Cursor = null)
{
    public const int MaxLimit = 200;

    // Without this constructor, new PageRequest() would be all zeros: a page with no rows.
    public PageRequest()
        : this(Limit: 50)
    {
    }
}
