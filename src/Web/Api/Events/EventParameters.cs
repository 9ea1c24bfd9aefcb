using System.ComponentModel;
using System.Net;
using Mayday.Events.Filtering;
using Mayday.Protocol;
using Mayday.Store.Events;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Dumps;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Mvc;

namespace Mayday.Web.Api.Events;

/// <summary>The query of POST /events.</summary>
internal sealed record EventBatchParameters
{
    [FromQuery(Name = "batch"), Description("Identifies the batch: a uuid the sender chose at random. A batch that is sent again within 7 days is not counted again.")]
    public string? Batch { get; init; }

    [FromQuery(Name = "host"), Description("Name or address of the machine that the events are of; the sender's address where left out.")]
    public string? Host { get; init; }

    public HostClaim Read(ParameterReader reader, IPAddress? sender, out EventBatchKey? key)
    {
        key = reader.Id("batch", Batch) is { } id ? new EventBatchKey(id) : null;
        return DumpParameters.ReadHost(reader, Host, sender);
    }
}

/// <summary>The query of GET /events.</summary>
internal sealed record EventListParameters
{
    [FromQuery(Name = "filter"), Description("An expression such as `severity <= err && facility == \"e1000\" && arg1 > 5`; docs/filters.md has the language.")]
    public string? Filter { get; init; }

    [FromQuery(Name = "host"), Description("Name, source address or id of a host; a name may end in * (`web-*`).")]
    public string? Host { get; init; }

    [FromQuery(Name = "format"), Description("`id` of an event format: only events of that format.")]
    public string? Format { get; init; }

    [FromQuery(Name = "since"), Description("Received at or after: ISO 8601 (UTC), or how long ago: 90s, 30m, 2h, 7d, 4w.")]
    public string? Since { get; init; }

    [FromQuery(Name = "until"), Description("Received before: ISO 8601 (UTC), or how long ago.")]
    public string? Until { get; init; }

    [FromQuery(Name = "limit"), Description("Length of the page.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("`next` of the page before.")]
    public string? Cursor { get; init; }

    /// <param name="names">Arguments that templates have named.</param>
    public EventListFilter Read(ParameterReader reader, ArgumentCatalog names, out PageRequest page)
    {
        var filter = new EventListFilter
        {
            Filter = EventParameters.Filter(reader, Filter, names),
            Host = reader.Text("host", Host),
            FormatId = EventParameters.Number(reader, "format", Format),
            Since = reader.Time("since", Since),
            Until = reader.Time("until", Until),
        };
        reader.RequireOrder(filter.Since, filter.Until);
        page = reader.Page(Limit, Cursor);
        return filter;
    }
}

/// <summary>The query of GET /event-formats.</summary>
internal sealed record EventFormatListParameters
{
    [FromQuery(Name = "host"), Description("Name, source address or id of a host; a name may end in * (`web-*`).")]
    public string? Host { get; init; }

    [FromQuery(Name = "facility"), Description("Driver or subsystem, whole name.")]
    public string? Facility { get; init; }

    [FromQuery(Name = "severity"), Description("This severity or a graver one.")]
    public string? Severity { get; init; }

    [FromQuery(Name = "since"), Description("Last seen at or after: ISO 8601 (UTC), or how long ago: 90s, 30m, 2h, 7d, 4w.")]
    public string? Since { get; init; }

    [FromQuery(Name = "until"), Description("First seen before: ISO 8601 (UTC), or how long ago.")]
    public string? Until { get; init; }

    [FromQuery(Name = "q"), Description("Text looked for in facility, format string and sample.")]
    public string? Q { get; init; }

    [FromQuery(Name = "sort"), Description("The order, latest or largest first; lastSeen where left out.")]
    public string? Sort { get; init; }

    [FromQuery(Name = "limit"), Description("Length of the page.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("`next` of the page before.")]
    public string? Cursor { get; init; }

    public EventFormatFilter Read(ParameterReader reader, out PageRequest page)
    {
        var filter = new EventFormatFilter
        {
            Host = reader.Text("host", Host),
            Facility = reader.Text("facility", Facility),
            AtLeast = EventParameters.Gravity(reader, "severity", Severity),
            Since = reader.Time("since", Since),
            Until = reader.Time("until", Until),
            Text = reader.Text("q", Q, mayBeEmpty: true),
            Sort = reader.OneOf("sort", Sort, EventQueries.FormatOrders),
        };
        reader.RequireOrder(filter.Since, filter.Until);
        page = reader.Page(Limit, Cursor);
        return filter;
    }
}

/// <summary>What several of the lists read alike.</summary>
internal static class EventParameters
{
    /// <summary>An id of a format: a whole number.</summary>
    public static long? Number(ParameterReader reader, string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (TryReadId(value, out var id))
        {
            return id;
        }

        reader.Refuse(name, $"{name} '{ApiProblem.Quoted(value)}' is not an id that /event-formats gave out: a whole number.");
        return null;
    }

    /// <summary>A severity by any of its names.</summary>
    public static Severity? Gravity(ParameterReader reader, string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (FilterWords.TrySeverity(value, out var severity))
        {
            return severity;
        }

        reader.Refuse(name, $"{name} '{ApiProblem.Quoted(value)}' is not one of {string.Join(", ", SeverityWords.All)}.");
        return null;
    }

    public static bool TryReadId(string value, out long id) =>
        long.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out id);

    /// <inheritdoc cref="ParameterReader.Filter"/>
    public static EventFilter? Filter(ParameterReader reader, string? text, ArgumentCatalog names)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (EventFilter.TryParse(text, names, out var filter, out var error))
        {
            return filter;
        }

        reader.RefuseAt("filter", error);
        return null;
    }
}
