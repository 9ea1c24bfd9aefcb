using Mayday.Analysis;

namespace Mayday.Store.Bugs;

/// <summary>Crashes of one bug that come from very many machines at once: one incident of the fleet.</summary>
public sealed record Storm
{
    public required Guid BugId { get; init; }

    public required string Title { get; init; }

    public required CrashKind Kind { get; init; }

    public required CrashClass Class { get; init; }

    public string? Function { get; init; }

    /// <summary>When it began: the first minute after five quiet ones.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When its last crash came.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>True while its last crash is less than two minutes old.</summary>
    public required bool Live { get; init; }

    /// <summary>Machines that had the bug since then.</summary>
    public required long Machines { get; init; }

    /// <summary>Crashes since then.</summary>
    public required long Crashes { get; init; }

    /// <summary>Crashes in its worst minute.</summary>
    public required long MostPerMinute { get; init; }

    /// <summary>Dumps since then whose log was kept.</summary>
    public required long LogsKept { get; init; }

    /// <summary>Dumps since then whose log was left out, because its bug had enough of them; their facts and counts are whole.</summary>
    public required long LogsLeftOut { get; init; }
}
