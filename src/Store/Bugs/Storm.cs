using Mayday.Analysis;

namespace Mayday.Store.Bugs;

/// <summary>A storm: one bug crashes very many machines at once. Shown as one fleet-wide incident.</summary>
public sealed record Storm
{
    public required Guid BugId { get; init; }

    public required string Title { get; init; }

    public required CrashKind Kind { get; init; }

    public required CrashClass Class { get; init; }

    public string? Function { get; init; }

    /// <summary>Start of the storm: the first minute after five quiet minutes.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Time of the last crash.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>True if the last crash is less than two minutes old.</summary>
    public required bool Live { get; init; }

    /// <summary>Number of machines that hit the bug since <see cref="Since"/>.</summary>
    public required long Machines { get; init; }

    /// <summary>Number of crashes since <see cref="Since"/>.</summary>
    public required long Crashes { get; init; }

    /// <summary>Crashes in the worst minute.</summary>
    public required long MostPerMinute { get; init; }

    /// <summary>Dumps since <see cref="Since"/> whose log was kept.</summary>
    public required long LogsKept { get; init; }

    /// <summary>
    /// Dumps since <see cref="Since"/> whose log was left out because the bug had enough logs. Their facts and counts are complete.
    /// </summary>
    public required long LogsLeftOut { get; init; }
}
