using Mayday.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Mayday.Web.Api;

internal static class StatsEndpoints
{
    public static void MapStats(this IEndpointRouteBuilder api) =>
        api.MapRead("/stats/ingest", GetIngest).WithTags("stats").WithName("getIngestStats").WithSummary("Every counter of every collector");

    private static async Task<Ok<IngestStats>> GetIngest(CrashQueries queries, CancellationToken cancellation) =>
        TypedResults.Ok(await queries.IngestStatsAsync(cancellation));
}
