using Mayday.Events.Filtering;
using Mayday.Protocol;

namespace Mayday.Store.Events;

/// <summary>What a list of events is narrowed by; every member that is null does not narrow.</summary>
public sealed record EventListFilter
{
    /// <summary>Host id (uuid) or host name or source address; "web-*" matches by prefix.</summary>
    public string? Host { get; init; }

    /// <summary>The one host, where its id is known already.</summary>
    public Guid? HostId { get; init; }

    public string? Facility { get; init; }

    public int? EventType { get; init; }

    /// <summary>A row of the catalogue.</summary>
    public long? FormatId { get; init; }

    /// <summary>This severity and graver ones.</summary>
    public Severity? AtLeast { get; init; }

    /// <summary>Bounds of received_at: since inclusive, until exclusive.</summary>
    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Text looked for in the event's text.</summary>
    public string? Text { get; init; }

    /// <summary>A filter in the query language.</summary>
    public EventFilter? Filter { get; init; }
}

public sealed record EventFormatFilter
{
    public string? Host { get; init; }

    public string? Facility { get; init; }

    public int? EventType { get; init; }

    /// <summary>Bounds of when it was seen: last seen at or after since, first seen before until.</summary>
    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>This severity and graver ones.</summary>
    public Severity? AtLeast { get; init; }

    /// <summary>Text looked for in format string, facility and sample.</summary>
    public string? Text { get; init; }

    /// <summary>"lastSeen" (default), "events", "hosts", "firstSeen".</summary>
    public string? Sort { get; init; }
}
