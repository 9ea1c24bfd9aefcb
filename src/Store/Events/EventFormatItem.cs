using Mayday.Events.Reading;
using Mayday.Protocol;

namespace Mayday.Store.Events;

/// <summary>One row for all events with the same facility, event type and format string.</summary>
public sealed record EventFormatItem
{
    public required long Id { get; init; }

    public required string Facility { get; init; }

    /// <summary>Specific to the facility; shown unsigned.</summary>
    public required uint EventType { get; init; }

    /// <summary>Null for events without a format string.</summary>
    public string? Format { get; init; }

    /// <summary>The most severe level among its events.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Text of the latest event, at most 512 characters.</summary>
    public required string Sample { get; init; }

    public required long EventCount { get; init; }

    public required long HostCount { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>Events per UTC day for the last 14 days, oldest first, today last.</summary>
    public IReadOnlyList<long> Trend { get; init; } = [];

    /// <summary>Events per hour for the last 24 hours, oldest first, the current hour last.</summary>
    public IReadOnlyList<long> Hours { get; init; } = [];

    public IReadOnlyList<EventFormatArgument> Arguments { get; init; } = [];
}

/// <summary>How often each value of one argument occurred in the events of a format.</summary>
public sealed record EventFormatArgument
{
    /// <summary>From 1: `arg1` is the first argument.</summary>
    public required int Position { get; init; }

    public string? Name { get; init; }

    public required EventArgumentKind Kind { get; init; }

    public required string Conversion { get; init; }

    /// <summary>Number of events that had this argument.</summary>
    public required long Observed { get; init; }

    /// <summary>True if <see cref="Values"/> are all values. False if there were more; each count is then a lower bound.</summary>
    public required bool IsExact { get; init; }

    public decimal? Minimum { get; init; }

    public decimal? Maximum { get; init; }

    /// <summary>Most frequent first, at most 32.</summary>
    public IReadOnlyList<EventArgumentValue> Values { get; init; } = [];
}

/// <summary>A value and how often it was seen.</summary>
/// <param name="Text">A string's text; null for numbers.</param>
/// <param name="Number">A number's value; null for strings.</param>
/// <param name="Count">Number of events with this value (a lower bound if the argument is not exact).</param>
/// <param name="IsCut">True if the text is only the first 64 characters of a longer one.</param>
public sealed record EventArgumentValue(string? Text, decimal? Number, long Count, bool IsCut);

/// <summary>A host that sent events of a format.</summary>
public sealed record EventFormatHost(Guid HostId, string Host, long EventCount, DateTimeOffset LastSeen);
