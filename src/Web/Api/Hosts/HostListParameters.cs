using System.ComponentModel;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Mvc;

namespace Mayday.Web.Api.Hosts;

/// <summary>The query of GET /hosts.</summary>
internal sealed record HostListParameters
{
    [FromQuery(Name = "filter"), Description("A filter such as `crashes > 0 kernel:6.1.* since:1h`; docs/filters.md has the language. The other parameters narrow it further.")]
    public string? Filter { get; init; }

    [FromQuery(Name = "kernelRelease"), Description("Latest known release, as `uname -r` says it.")]
    public string? KernelRelease { get; init; }

    [FromQuery(Name = "since"), Description("Last seen at or after: ISO 8601 (UTC), or how long ago: 90s, 30m, 2h, 7d, 4w.")]
    public string? Since { get; init; }

    [FromQuery(Name = "q"), Description("Text looked for in names and addresses.")]
    public string? Q { get; init; }

    [FromQuery(Name = "limit"), Description("Length of the page.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("`next` of the page before.")]
    public string? Cursor { get; init; }

    public HostFilter Read(ParameterReader reader, out PageRequest page)
    {
        var filter = new HostFilter
        {
            Filter = reader.Filter("filter", Filter, HostFields.Catalogue),
            KernelRelease = reader.Text("kernelRelease", KernelRelease),
            Since = reader.Time("since", Since),
            Text = reader.Text("q", Q, mayBeEmpty: true),
        };
        page = reader.Page(Limit, Cursor);
        return filter;
    }
}
