using Mayday.Collector;
using Mayday.Events.Screening;
using Mayday.Store.Events.Alerts;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mayday.Cli.Roles;

/// <summary>
/// Stores the alerts of this process and calls webhooks. All running roles share the work. A collector also reports its rule counts for the
/// pages.
/// </summary>
internal sealed class EventAlerting(
    EventScreen screen, EventAlerts alerts, IngestCounters counters, IServiceProvider services, TimeProvider time, ILogger<AlertDispatcher> logger) : BackgroundService
{
    // Rule counts are read when something looks wrong, so they need not be current to the second.
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var instruments = new EventScreenInstruments(screen, services.GetService<System.Diagnostics.Metrics.IMeterFactory>());
        // Redirects are not followed: only the address in the rule may be called.
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
            // Webhooks that were not called yet are in the database, for the next start.
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
                // The values are totals, so the next save includes them.
            }
        }
    }
}
