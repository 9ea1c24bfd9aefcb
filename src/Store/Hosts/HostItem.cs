using Mayday.Store.Ingest;

namespace Mayday.Store.Hosts;

public record HostItem
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Addresses of the host, newest first.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public string? KernelRelease { get; init; }

    public required long CrashCount { get; init; }

    public required long DumpCount { get; init; }

    public required long EventCount { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    public DateTimeOffset? LastEventAt { get; init; }

    public DateTimeOffset? LastCrashAt { get; init; }

    public string? LastCrashTitle { get; init; }
}

public sealed record HostDetail : HostItem
{
    public IReadOnlyList<HostAddress> AddressHistory { get; init; } = [];

    public IReadOnlyList<HostBug> Bugs { get; init; } = [];

    public long PartialDumps { get; init; }

    /// <summary>Received and lost packets of its addresses, by transport.</summary>
    public IReadOnlyList<HostLoss> Loss { get; init; } = [];
}

public sealed record HostAddress(string Address, string? ClaimedName, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);

public sealed record HostBug(Guid BugId, string Title, string? Function, long CrashCount, DateTimeOffset LastSeen);
