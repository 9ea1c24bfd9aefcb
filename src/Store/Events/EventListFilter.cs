using Mayday.Events.Filtering;
using Mayday.Protocol;

namespace Mayday.Store.Events;

/// <summary>Narrows a list of events. A null member does not filter.</summary>
public sealed record EventListFilter
{
    /// <summary>Host id (uuid), host name or source address. "web-*" matches by prefix.</summary>
    public string? Host { get; init; }

    /// <summary>The host, if its id is already known.</summary>
    public Guid? HostId { get; init; }

    public string? Facility { get; init; }

    public int? EventType { get; init; }

    /// <summary>Id of a catalogue row.</summary>
    public long? FormatId { get; init; }

    /// <summary>Events of this severity and more severe ones.</summary>
    public Severity? AtLeast { get; init; }

    /// <summary>Bounds of received_at: since is inclusive, until is exclusive.</summary>
    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Text to find in the event's text.</summary>
    public string? Text { get; init; }

    /// <summary>A filter in the query language.</summary>
    public EventFilter? Filter { get; init; }
}

public sealed record EventFormatFilter
{
    public string? Host { get; init; }

    public string? Facility { get; init; }

    public int? EventType { get; init; }

    /// <summary>Time bounds: last seen at or after since, and first seen before until.</summary>
    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Formats of this severity and more severe ones.</summary>
    public Severity? AtLeast { get; init; }

    /// <summary>Text to find in format string, facility and sample.</summary>
    public string? Text { get; init; }

    /// <summary>"lastSeen" (default), "events", "hosts", "firstSeen".</summary>
    public string? Sort { get; init; }
}
