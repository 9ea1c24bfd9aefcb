using Mayday.Query;

namespace Mayday.Store.Hosts;

/// <summary>What a list of hosts is narrowed by; every member that is null does not narrow.</summary>
public sealed record HostFilter
{
    public string? Text { get; init; }

    public string? KernelRelease { get; init; }

    /// <summary>Only hosts seen since then.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>A filter in the query language, on <see cref="HostFields"/>.</summary>
    public Filter? Filter { get; init; }
}
