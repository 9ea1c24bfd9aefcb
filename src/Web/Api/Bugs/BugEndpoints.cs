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

namespace Mayday.Web.Api.Bugs;

internal static class BugEndpoints
{
    public static void MapBugs(this IEndpointRouteBuilder api)
    {
        var bugs = api.MapGroup("/bugs").WithTags("bugs");

        bugs.MapRead("", ListBugs).WithName("listBugs").WithSummary("Bugs (crashes with one signature), last seen first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        bugs.MapRead("/{id}", GetBug).WithName("getBug").WithSummary("One bug: its releases and hosts")
            .ProducesProblem(StatusCodes.Status404NotFound);
        bugs.MapRead("/{id}/similar", GetSimilarBugs).WithName("getSimilarBugs").WithSummary("The five bugs most like one, by frames and kind")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<Page<BugItem>>, ProblemHttpResult>> ListBugs(
        [AsParameters] BugListParameters parameters, StoreQueries queries, TimeProvider time, CancellationToken cancellation)
    {
        var reader = new ParameterReader(time.GetUtcNow());
        var filter = parameters.Read(reader, out var page);
        return reader.Failed ? reader.ToProblem() : TypedResults.Ok(await queries.Bugs.ListBugsAsync(filter, page, cancellation));
    }

    private static async Task<Results<Ok<BugDetail>, ProblemHttpResult>> GetBug(string id, StoreQueries queries, CancellationToken cancellation) =>
        Guid.TryParseExact(id, "D", out var uuid) && await queries.Bugs.FindBugAsync(uuid, cancellation) is { } bug
            ? TypedResults.Ok(bug)
            : ApiProblem.NoSuch("bug", id);

    private static async Task<Results<Ok<SimilarBugs>, ProblemHttpResult>> GetSimilarBugs(string id, StoreQueries queries, CancellationToken cancellation) =>
        Guid.TryParseExact(id, "D", out var uuid) && await queries.Bugs.FindSimilarBugsAsync(uuid, cancellation) is { } similar
            ? TypedResults.Ok(new SimilarBugs(similar))
            : ApiProblem.NoSuch("bug", id);
}
