namespace Mayday.Store.Events;

/// <summary>Describes what a batch of events wrote. Sent with NOTIFY on <see cref="Channel"/> when its transaction commits.</summary>
public sealed record EventNotification
{
    public const string Channel = "mayday_event";

    // Postgres limits payloads to less than 8,000 bytes. 64 host ids and as many format numbers are 4 kB.
    internal const int MaxIds = 64;

    /// <summary>Number of new events. 0 stands for everything that was stored while no connection listened.</summary>
    public required long Events { get; init; }

    /// <summary>The most severe level among them: 0 emerg to 7 debug.</summary>
    public int Gravest { get; init; } = 7;

    public IReadOnlyList<Guid> HostIds { get; init; } = [];

    public IReadOnlyList<long> FormatIds { get; init; } = [];
}
