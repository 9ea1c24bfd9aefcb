using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Mayday.Web.Api.Ingest;

internal static class StatsEndpoints
{
    public static void MapStats(this IEndpointRouteBuilder api) =>
        api.MapRead("/stats/ingest", GetIngest).WithTags("stats").WithName("getIngestStats").WithSummary("Every counter of every collector");

    private static async Task<Ok<IngestStats>> GetIngest(StoreQueries queries, CancellationToken cancellation) =>
        TypedResults.Ok(await queries.Ingest.IngestStatsAsync(cancellation));
}
