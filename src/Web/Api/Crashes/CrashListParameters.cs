using System.ComponentModel;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Mvc;

namespace Mayday.Web.Api.Crashes;

/// <summary>The query of GET /crashes as it stands in the address; every value stays text until it is read, so that a mistake gets a sentence.</summary>
internal sealed record CrashListParameters
{
    [FromQuery(Name = "filter"), Description("A filter such as `kind:kasan host:web-* since:7d`; docs/filters.md has the language. The other parameters narrow it further.")]
    public string? Filter { get; init; }

    [FromQuery(Name = "host"), Description("Name, source address or id of a host; a name may end in * (`web-*`).")]
    public string? Host { get; init; }

    [FromQuery(Name = "kind"), Description("What the kernel reported.")]
    public string? Kind { get; init; }

    [FromQuery(Name = "bug"), Description("Id of a bug.")]
    public string? Bug { get; init; }

    [FromQuery(Name = "function"), Description("The function to blame, whole name.")]
    public string? Function { get; init; }

    [FromQuery(Name = "kernelRelease"), Description("As `uname -r` says it.")]
    public string? KernelRelease { get; init; }

    [FromQuery(Name = "transport"), Description("The way the dump came.")]
    public string? Transport { get; init; }

    [FromQuery(Name = "since"), Description("Received at or after: ISO 8601 (UTC), or how long ago: 90s, 30m, 2h, 7d, 4w.")]
    public string? Since { get; init; }

    [FromQuery(Name = "until"), Description("Received before: ISO 8601 (UTC), or how long ago.")]
    public string? Until { get; init; }

    [FromQuery(Name = "complete"), Description("true: nothing of the dump is missing; false: something is.")]
    public string? Complete { get; init; }

    [FromQuery(Name = "fatal"), Description("true: the machine died of it, as far as its log tells.")]
    public string? Fatal { get; init; }

    [FromQuery(Name = "incident"), Description("Id of an incident: all crashes of one death of one machine.")]
    public string? Incident { get; init; }

    [FromQuery(Name = "q"), Description("Text looked for in title, function and extract.")]
    public string? Q { get; init; }

    [FromQuery(Name = "limit"), Description("Length of the page.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("`next` of the page before.")]
    public string? Cursor { get; init; }

    public CrashFilter Read(ParameterReader reader, out PageRequest page)
    {
        var filter = new CrashFilter
        {
            Filter = reader.Filter("filter", Filter, CrashFields.Catalogue),
            Host = reader.Text("host", Host),
            Kind = reader.Kind("kind", Kind),
            Bug = reader.Id("bug", Bug),
            Function = reader.Text("function", Function),
            KernelRelease = reader.Text("kernelRelease", KernelRelease),
            Transport = reader.Transport("transport", Transport),
            Since = reader.Time("since", Since),
            Until = reader.Time("until", Until),
            Complete = reader.Flag("complete", Complete),
            Fatal = reader.Flag("fatal", Fatal),
            Incident = reader.Id("incident", Incident),
            Text = reader.Text("q", Q, mayBeEmpty: true),
        };
        reader.RequireOrder(filter.Since, filter.Until);
        page = reader.Page(Limit, Cursor);
        return filter;
    }
}
