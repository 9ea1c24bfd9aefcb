using Mayday.Analysis;
using Mayday.Query;

namespace Mayday.Store.Bugs;

/// <summary>Narrows a list of bugs. A null member does not filter.</summary>
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

    /// <summary>A filter in the query language, on <see cref="BugFields"/>.</summary>
    public Filter? Filter { get; init; }
}
