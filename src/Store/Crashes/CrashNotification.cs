namespace Mayday.Store.Crashes;

/// <summary>What a batch wrote, told to whoever listens on <see cref="Channel"/> when its transaction commits.</summary>
public sealed record CrashNotification
{
    public const string Channel = "mayday_crash";

    // Postgres takes payloads below 8,000 bytes; 64 ids of each kind are 5 kB.
    internal const int MaxIds = 64;

    /// <summary>New dumps, with and without crashes.</summary>
    public required int Dumps { get; init; }

    /// <summary>New crashes; may be more than <see cref="CrashIds"/> lists.</summary>
    public required int Crashes { get; init; }

    public IReadOnlyList<Guid> CrashIds { get; init; } = [];

    public IReadOnlyList<Guid> BugIds { get; init; } = [];
}
