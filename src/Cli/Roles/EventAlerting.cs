using Mayday.Collector;
using Mayday.Events.Screening;
using Mayday.Store.Events.Alerts;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mayday.Cli.Roles;

/// <summary>Stores the alerts of this process and calls webhooks; whichever roles are up share the work. A collector's counts go to the pages.</summary>
internal sealed class EventAlerting(
    EventScreen screen, EventAlerts alerts, IngestCounters counters, IServiceProvider services, TimeProvider time, ILogger<AlertDispatcher> logger) : BackgroundService
{
    // People look at counts of rules when something is odd, not every second.
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var instruments = new EventScreenInstruments(screen, services.GetService<System.Diagnostics.Metrics.IMeterFactory>());
        // No redirects: a webhook is called where the rule says, and nowhere else.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
        using var webhooks = new HttpMessageInvoker(handler);
        try
        {
            await Task.WhenAll(
                new AlertDispatcher(screen, alerts, webhooks, time, logger).RunAsync(stoppingToken),
                services.GetService<CollectorService>() is null ? Task.CompletedTask : SaveCountersAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not called yet is in the database, for the next start.
        }
    }

    private async Task SaveCountersAsync(CancellationToken stopping)
    {
        var name = services.GetRequiredService<IOptions<CollectorOptions>>().Value.Name;
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await counters.SaveAsync(name, [.. screen.Snapshot().Select(count => new IngestCounter(count.Name, count.Tags, count.Value))], stopping);
            }
            catch (Exception failure) when (failure is Npgsql.NpgsqlException or TimeoutException)
            {
                // The values are absolute: the next time carries them.
            }
        }
    }
}
