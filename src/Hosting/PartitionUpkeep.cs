using System.Diagnostics.Metrics;
using Mayday.Hosting.Settings;
using Mayday.Store;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mayday.Hosting;

/// <summary>Runs every hour: creates partitions ahead, drops those past <c>Store:Retention</c>, prunes the ledgers.</summary>
public sealed class PartitionUpkeep(
    PartitionKeeper keeper, RetentionGuard guard, StoreOptions options, TimeProvider time, ILogger<PartitionUpkeep> logger, IMeterFactory meters)
    : BackgroundService
{
    public const string MeterName = "Mayday.Store";

    // Partitions are created days ahead, so the interval only limits how late an old one is dropped.
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    private volatile bool _isHeld;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The meter factory disposes the meter.
        meters.Create(MeterName).CreateObservableGauge(
            "mayday.store.retention.held", () => _isHeld ? 1 : 0, "{state}", "1 while nothing old is deleted because the clock is in doubt");
        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            try
            {
                await RunRoundAsync(stoppingToken);
            }
            catch (Exception reason) when (reason is not OperationCanceledException)
            {
                ProgramMessages.PartitionUpkeepFailed(logger, reason, (int)s_interval.TotalMinutes);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RunRoundAsync(CancellationToken cancellation)
    {
        var state = await guard.BeginRoundAsync(cancellation);
        _isHeld = state.IsHeld;
        if (state.Notice is { } notice)
        {
            ProgramMessages.RetentionHeld(logger, notice);
            await keeper.MakeAheadAsync(time.GetUtcNow(), cancellation);
            return;
        }

        await keeper.MaintainAsync(time.GetUtcNow(), options.Retention, options.LogRetention, cancellation);
    }
}
