using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Query;

namespace Mayday.Store.Crashes;

/// <summary>What a list of crashes is narrowed by; every member that is null does not narrow.</summary>
public sealed record CrashFilter
{
    /// <summary>Host id (uuid) or host name or source address; "web-*" matches by prefix.</summary>
    public string? Host { get; init; }

    public CrashKind? Kind { get; init; }

    public Guid? Bug { get; init; }

    public string? Function { get; init; }

    public string? KernelRelease { get; init; }

    public Transport? Transport { get; init; }

    /// <summary>Bounds of received_at: since inclusive, until exclusive.</summary>
    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public bool? Complete { get; init; }

    public bool? Fatal { get; init; }

    public Guid? Incident { get; init; }

    /// <summary>Text looked for in title, function and extract.</summary>
    public string? Text { get; init; }

    /// <summary>A filter in the query language, on <see cref="CrashFields"/>.</summary>
    public Filter? Filter { get; init; }
}
