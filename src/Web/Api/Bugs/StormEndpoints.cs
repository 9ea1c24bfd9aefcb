using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Mayday.Web.Api.Bugs;

internal static class StormEndpoints
{
    public static void MapStorms(this IEndpointRouteBuilder api) =>
        api.MapRead("/storms", GetStorms).WithTags("storms").WithName("listStorms").WithSummary("Bugs that hit very many machines at once, now or within the last hour")
            .WithDescription("The live ones first, then by machines. All of them: there are never many.");

    private static async Task<Ok<Storms>> GetStorms(StoreQueries queries, StormOptions options, CancellationToken cancellation) =>
        TypedResults.Ok(new Storms(await queries.Bugs.StormsAsync(options.Machines, cancellation)));
}

/// <summary>Every storm of the last hour.</summary>
internal sealed record Storms(IReadOnlyList<Storm> Items);
