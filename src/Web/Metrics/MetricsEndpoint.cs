using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mayday.Web.Metrics;

/// <summary><c>GET /metrics</c>: every instrument of the process for a Prometheus to scrape; for the pages' host and for a collector that runs alone.</summary>
public static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static IServiceCollection AddMaydayMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton<InstrumentReadings>();
        return services;
    }

    public static void MapMaydayMetrics(this IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Made now, not at the first scrape: steps that nobody listened to are not told again.
        var readings = app.ServiceProvider.GetRequiredService<InstrumentReadings>();
        app.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => WriteAsync(context, readings))
            .WithName("getMetrics").ExcludeFromDescription();
    }

    private static async Task WriteAsync(HttpContext context, InstrumentReadings readings)
    {
        var text = Encoding.UTF8.GetBytes(readings.ReadText());
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.ContentLength = text.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
