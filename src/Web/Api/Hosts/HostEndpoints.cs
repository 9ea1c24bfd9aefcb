using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Mayday.Web.Api.Hosts;

internal static class HostEndpoints
{
    public static void MapHosts(this IEndpointRouteBuilder api)
    {
        var hosts = api.MapGroup("/hosts").WithTags("hosts");

        hosts.MapRead("", ListHosts).WithName("listHosts").WithSummary("Hosts, last seen first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        hosts.MapRead("/{id}", GetHost).WithName("getHost").WithSummary("One host: its addresses and bugs")
            .ProducesProblem(StatusCodes.Status404NotFound);
        hosts.MapRead("/{id}/log", GetHostLog).WithName("getHostLog").WithSummary("The archived console of a host, as text; with follow, as it comes")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> GetHostLog(
        string id, [AsParameters] HostLogParameters parameters, StoreQueries queries, TimeProvider time, HttpContext context, CancellationToken cancellation)
    {
        var reader = new ParameterReader(time.GetUtcNow());
        var (since, until, follow) = parameters.Read(reader, time.GetUtcNow());
        if (reader.Failed)
        {
            return reader.ToProblem();
        }

        if (!Guid.TryParseExact(id, "D", out var uuid) || !await queries.HostLogs.HasHostAsync(uuid, cancellation))
        {
            return ApiProblem.NoSuch("host", id);
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return TypedResults.Empty;
        }

        await new HostLogStream(queries, time).WriteAsync(uuid, since, until, follow, context.Response.Body, cancellation);
        return TypedResults.Empty;
    }

    private static async Task<Results<Ok<Page<HostItem>>, ProblemHttpResult>> ListHosts(
        [AsParameters] HostListParameters parameters, StoreQueries queries, TimeProvider time, CancellationToken cancellation)
    {
        var reader = new ParameterReader(time.GetUtcNow());
        var filter = parameters.Read(reader, out var page);
        return reader.Failed ? reader.ToProblem() : TypedResults.Ok(await queries.Hosts.ListHostsAsync(filter, page, cancellation));
    }

    private static async Task<Results<Ok<HostDetail>, ProblemHttpResult>> GetHost(string id, StoreQueries queries, CancellationToken cancellation) =>
        Guid.TryParseExact(id, "D", out var uuid) && await queries.Hosts.FindHostAsync(uuid, cancellation) is { } host
            ? TypedResults.Ok(host)
            : ApiProblem.NoSuch("host", id);
}
