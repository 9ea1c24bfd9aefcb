using System.ComponentModel;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Mvc;

namespace Mayday.Web.Api.Hosts;

/// <summary>The query of GET /hosts/{id}/log.</summary>
internal sealed record HostLogParameters
{
    [FromQuery(Name = "since"), Description("Lines that came at or after: ISO 8601 (UTC), or how long ago: 90s, 30m, 2h, 7d. An hour ago where left out.")]
    public string? Since { get; init; }

    [FromQuery(Name = "until"), Description("Lines that came before. Now where left out.")]
    public string? Until { get; init; }

    [FromQuery(Name = "follow"), Description("true: goes on with what comes, until the caller hangs up; not with `until`.")]
    public string? Follow { get; init; }

    public (DateTimeOffset Since, DateTimeOffset? Until, bool Follow) Read(ParameterReader reader, DateTimeOffset now)
    {
        var since = reader.Time("since", Since) ?? now.AddHours(-1);
        var until = reader.Time("until", Until);
        var follow = reader.Flag("follow", Follow) ?? false;
        if (follow && until is not null)
        {
            reader.Refuse("follow", "follow has no end, so it goes without until.");
        }

        return (since, until, follow);
    }
}
