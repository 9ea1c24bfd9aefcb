using System.ComponentModel;
using Mayday.Store.Bugs;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Mvc;

namespace Mayday.Web.Api.Bugs;

/// <summary>The query of GET /bugs.</summary>
internal sealed record BugListParameters
{
    [FromQuery(Name = "filter"), Description("A filter such as `kind:kasan crashes > 10 since:7d`; docs/filters.md has the language. The other parameters narrow it further.")]
    public string? Filter { get; init; }

    [FromQuery(Name = "kind"), Description("What the kernel reported.")]
    public string? Kind { get; init; }

    [FromQuery(Name = "function"), Description("The function to blame, whole name.")]
    public string? Function { get; init; }

    [FromQuery(Name = "host"), Description("Name, source address or id of a host that had the bug.")]
    public string? Host { get; init; }

    [FromQuery(Name = "since"), Description("Last seen at or after: ISO 8601 (UTC), or how long ago: 90s, 30m, 2h, 7d, 4w.")]
    public string? Since { get; init; }

    [FromQuery(Name = "until"), Description("First seen before: ISO 8601 (UTC), or how long ago.")]
    public string? Until { get; init; }

    [FromQuery(Name = "q"), Description("Text looked for in title and function.")]
    public string? Q { get; init; }

    [FromQuery(Name = "sort"), Description("Order, largest or newest first.")]
    public string? Sort { get; init; }

    [FromQuery(Name = "limit"), Description("Length of the page.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("`next` of the page before.")]
    public string? Cursor { get; init; }

    public BugFilter Read(ParameterReader reader, out PageRequest page)
    {
        var filter = new BugFilter
        {
            Filter = reader.Filter("filter", Filter, BugFields.Catalogue),
            Kind = reader.Kind("kind", Kind),
            Function = reader.Text("function", Function),
            Host = reader.Text("host", Host),
            Since = reader.Time("since", Since),
            Until = reader.Time("until", Until),
            Text = reader.Text("q", Q, mayBeEmpty: true),
            Sort = reader.OneOf("sort", Sort, "lastSeen", "firstSeen", "crashes", "hosts"),
        };
        reader.RequireOrder(filter.Since, filter.Until);
        page = reader.Page(Limit, Cursor);
        return filter;
    }
}
