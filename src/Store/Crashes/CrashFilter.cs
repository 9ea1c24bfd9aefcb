using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Query;

namespace Mayday.Store.Crashes;

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

    /// <summary>A filter in the query language, on <see cref="CrashFields"/>.</summary>
    public Filter? Filter { get; init; }
}
