using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mayday.Hosting;

/// <summary>
/// Exports metrics, traces and logs over OTLP, but only if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. The exporter reads the endpoint and
/// its other settings from the standard OTEL_ variables. The meters and sources of .NET only need to be listed by name.
/// </summary>
public sealed class Telemetry(string role) : IHostedService, IDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private MeterProvider? _meters;
    private TracerProvider? _traces;

    public static bool IsConfigured => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(EndpointVariable));

    public static void Add(IServiceCollection services, ILoggingBuilder logging, string role)
    {
        if (!IsConfigured)
        {
            return;
        }

        services.AddHostedService(_ => new Telemetry(role));
        logging.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(ResourceFor(role));
            options.AddOtlpExporter();
        });
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(ResourceFor(role))
            .AddMeter("Mayday.*", "Microsoft.AspNetCore.*", "System.Runtime", "Npgsql")
            .AddOtlpExporter()
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceFor(role))
            .AddSource("Mayday.*", "Microsoft.AspNetCore", "Npgsql")
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // The last second of counters often explains why the process stopped.
        _meters?.ForceFlush(5_000);
        _traces?.ForceFlush(5_000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _meters?.Dispose();
        _traces?.Dispose();
    }

    private static ResourceBuilder ResourceFor(string role) =>
        ResourceBuilder.CreateDefault().AddService("mayday", serviceNamespace: "mayday", serviceInstanceId: Environment.MachineName)
            .AddAttributes([new("mayday.role", role)]);
}
