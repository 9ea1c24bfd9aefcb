namespace Mayday.Store.Crashes;

/// <summary>Describes what a batch wrote. Sent with NOTIFY on <see cref="Channel"/> when its transaction commits.</summary>
public sealed record CrashNotification
{
    public const string Channel = "mayday_crash";

    // Postgres limits payloads to less than 8,000 bytes. 64 ids of each kind are 5 kB.
    internal const int MaxIds = 64;

    /// <summary>New dumps, with and without crashes.</summary>
    public required int Dumps { get; init; }

    /// <summary>Number of new crashes. It may exceed the number of <see cref="CrashIds"/>.</summary>
    public required int Crashes { get; init; }

    public IReadOnlyList<Guid> CrashIds { get; init; } = [];

    public IReadOnlyList<Guid> BugIds { get; init; } = [];
}
