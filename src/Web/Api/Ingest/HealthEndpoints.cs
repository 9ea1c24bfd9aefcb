using Mayday.Store.Retention;
using Mayday.Store.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Mayday.Web.Api.Ingest;

/// <summary>Says of this process, in one word, how it is.</summary>
internal sealed record Health(string Status, string? Notice = null);

internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("health");
        health.MapRead("/live", GetLive).WithName("getLive").WithSummary("The process answers");
        health.MapRead("/ready", GetReady).WithName("getReady").WithSummary("The process can do its work: Postgres answers and has the right schema")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static Ok<Health> GetLive() => TypedResults.Ok(new Health("live"));

    private static async Task<Ok<Health>> GetReady(NpgsqlDataSource source, RetentionGuard guard, CancellationToken cancellation)
    {
        await SchemaVersion.CheckAsync(source, cancellation);
        return TypedResults.Ok(new Health("ready", (await guard.ReadAsync(cancellation)).Notice));
    }
}
