using Mayday.Collector;
using Mayday.Hosting;
using Mayday.Web.Metrics;

namespace Mayday.Cli.Roles;

/// <summary>
/// Serves <c>/metrics</c> for a collector that runs alone. Off unless <c>Collector:Metrics:Listen</c> sets a port: no port is opened
/// without being asked for, and OTLP needs none because the program connects out. With <c>mayday up</c>, the web port serves the metrics.
/// </summary>
internal sealed class MetricsListener(WebListen listen, InstrumentReadings readings) : IHostedService, IAsyncDisposable
{
    public const string Key = "Collector:Metrics:Listen";

    private WebApplication? _app;

    public string Address => _app is null ? "" : WebHost.PageAddress(_app).TrimEnd('/') + MetricsEndpoint.Path;

    /// <summary>Null if no listener is configured. An address that cannot be read has already ended the start.</summary>
    public static WebListen? ReadListen(MetricsOptions options) =>
        options.Listen is { Length: > 0 } text && WebListen.TryParse(text, out var listen, out _, Key) ? listen : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen.Address, listen.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(readings);
        _app = builder.Build();
        _app.MapMaydayMetrics();
        await WebHost.StartAsync(_app, listen, cancellationToken, $"the setting {Key}");
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
