using Mayday.Events.Filtering;

namespace Mayday.Events.Screening;

/// <summary>What is done with events before they are stored: read from the file that <c>Events:Rules</c> names.</summary>
public sealed record EventRules
{
    /// <summary>Nothing configured: everything is stored, equal events in quick succession are folded, nothing alerts.</summary>
    public static EventRules Default { get; } = new();

    public IReadOnlyList<FacilityRule> Facilities { get; init; } = [];

    /// <summary>Events of facilities that are not listed are dropped.</summary>
    public bool OnlyKnownFacilities { get; init; }

    public IReadOnlyList<DiscardRule> Discard { get; init; } = [];

    public FoldingRule Folding { get; init; } = new();

    public IReadOnlyList<AlertRule> Alerts { get; init; } = [];
}

/// <summary>An entry of the facility registry.</summary>
/// <param name="IsKernelOnly">Events that do not carry the kernel's flag are forged, and dropped.</param>
/// <param name="Accept">Null: all of them.</param>
public sealed record FacilityRule(string Name, string? Meaning, bool IsKernelOnly, EventFilter? Accept);

public sealed record DiscardRule(string Name, EventFilter Filter);

/// <summary>How equal events in quick succession become one and "N more like this". The defaults are those evlog shipped with.</summary>
public sealed record FoldingRule
{
    public bool IsOn { get; init; } = true;

    /// <summary>Batches over HTTP are folded as well. Not by itself: whoever hands in a batch counts what became of it.</summary>
    public bool TakesBatches { get; init; }

    /// <summary>How long equal ones are collected before they are told.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>They are told before that when this many have come.</summary>
    public int Count { get; init; } = 100;

    /// <summary>How many of a host's latest different events a new one is compared with: two that alternate are folded as well.</summary>
    public int LookBack { get; init; } = 3;
}

/// <summary>Alerts when <see cref="Count"/> matching events come within <see cref="Within"/>, counted apart for each value of <see cref="Per"/>.</summary>
public sealed record AlertRule
{
    public required string Name { get; init; }

    public required EventFilter Filter { get; init; }

    public int Count { get; init; } = 1;

    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Fields and arguments: host, device, facility, arg1, a template's name.</summary>
    public IReadOnlyList<string> Per { get; init; } = [];

    /// <summary>After an alert the same values alert no more for this long.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Null: an entry on the page only.</summary>
    public Uri? Webhook { get; init; }
}
