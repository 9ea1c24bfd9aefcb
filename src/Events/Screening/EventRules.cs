using Mayday.Events.Filtering;

namespace Mayday.Events.Screening;

/// <summary>The rules for events before they are stored, from the file that <c>Events:Rules</c> names.</summary>
public sealed record EventRules
{
    /// <summary>The defaults: every event is stored, equal consecutive events are folded, and nothing alerts.</summary>
    public static EventRules Default { get; } = new();

    public IReadOnlyList<FacilityRule> Facilities { get; init; } = [];

    /// <summary>If true, events of unlisted facilities are discarded.</summary>
    public bool OnlyKnownFacilities { get; init; }

    public IReadOnlyList<DiscardRule> Discard { get; init; } = [];

    public FoldingRule Folding { get; init; } = new();

    public IReadOnlyList<AlertRule> Alerts { get; init; } = [];
}

/// <summary>An entry of the facility registry.</summary>
/// <param name="IsKernelOnly">If true, events without the kernel flag are considered forged and discarded.</param>
/// <param name="Accept">Null accepts all events.</param>
public sealed record FacilityRule(string Name, string? Meaning, bool IsKernelOnly, EventFilter? Accept);

public sealed record DiscardRule(string Name, EventFilter Filter);

/// <summary>
/// How equal events in quick succession are folded into one event and "N more like this". The defaults are those of evlog.
/// </summary>
public sealed record FoldingRule
{
    public bool IsOn { get; init; } = true;

    /// <summary>True if batches over HTTP are folded as well. Off by default, because the sender of a batch counts its events.</summary>
    public bool TakesBatches { get; init; }

    /// <summary>Time window in which equal events are collected.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The number of events that closes the window early.</summary>
    public int Count { get; init; } = 100;

    /// <summary>
    /// A new event is compared with this many of the host's latest distinct events, so that two alternating events are folded as well.
    /// </summary>
    public int LookBack { get; init; } = 3;
}

/// <summary>
/// Fires when <see cref="Count"/> matching events arrive within <see cref="Within"/>, counted separately for each value of <see
/// cref="Per"/>.
/// </summary>
public sealed record AlertRule
{
    public required string Name { get; init; }

    public required EventFilter Filter { get; init; }

    public int Count { get; init; } = 1;

    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Fields and arguments to count by: host, device, facility, arg1, a name from a template.</summary>
    public IReadOnlyList<string> Per { get; init; } = [];

    /// <summary>After an alert, the same values do not alert again for this long.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Null if alerts are only listed on the page.</summary>
    public Uri? Webhook { get; init; }
}
