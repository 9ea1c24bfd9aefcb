using Mayday.Query;

namespace Mayday.Store.Hosts;

/// <summary>Narrows a list of hosts. A null member does not filter.</summary>
public sealed record HostFilter
{
    public string? Text { get; init; }

    public string? KernelRelease { get; init; }

    /// <summary>Only hosts seen at or after this time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>A filter in the query language, on <see cref="HostFields"/>.</summary>
    public Filter? Filter { get; init; }
}
