using System.ComponentModel;
using Mayday.Store.Events.Alerts;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mayday.Web.Api.Events;

internal static class EventAlertEndpoints
{
    public static void MapEventAlerts(this IEndpointRouteBuilder api) =>
        api.MapGroup("/event-alerts").WithTags("events")
            .MapRead("", ListEventAlerts).WithName("listEventAlerts").WithSummary("Alerts of rules over events, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<EventAlertItem>>, ProblemHttpResult>> ListEventAlerts(
        [AsParameters] EventAlertListParameters parameters, EventAlerts alerts, TimeProvider time, CancellationToken cancellation)
    {
        var reader = new ParameterReader(time.GetUtcNow());
        var rule = reader.Text("rule", parameters.Rule);
        var host = reader.Text("host", parameters.Host);
        var page = reader.Page(parameters.Limit, parameters.Cursor);
        return reader.Failed ? reader.ToProblem() : TypedResults.Ok(await alerts.ListAsync(rule, host, page, cancellation));
    }
}

/// <summary>The query of GET /event-alerts.</summary>
internal sealed record EventAlertListParameters
{
    [FromQuery(Name = "rule"), Description("Name of the rule.")]
    public string? Rule { get; init; }

    [FromQuery(Name = "host"), Description("Name of the host whose event filled the threshold.")]
    public string? Host { get; init; }

    [FromQuery(Name = "limit"), Description("Length of the page.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor"), Description("`next` of the page before.")]
    public string? Cursor { get; init; }
}
