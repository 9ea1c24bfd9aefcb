using System.Diagnostics.Metrics;
using Mayday.Store;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mayday.Hosting;

/// <summary>Runs every hour: creates partitions ahead, drops those past <c>Store:Retention</c>, prunes the ledgers.</summary>
public sealed class PartitionUpkeep(
    PartitionKeeper keeper, RetentionGuard guard, IConfiguration settings, TimeProvider time, ILogger<PartitionUpkeep> logger, IMeterFactory meters)
    : BackgroundService
{
    public const string RetentionKey = "Store:Retention";

    public const string MeterName = "Mayday.Store";

    public const string LogRetentionKey = "Store:LogRetention";

    // Partitions are created days ahead, so the interval only limits how late an old one is dropped.
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    public static TimeSpan Retention(IConfiguration settings) => settings.GetValue<TimeSpan?>(RetentionKey) ?? PartitionKeeper.DefaultRetention;

    public static TimeSpan LogRetention(IConfiguration settings) =>
        settings.GetValue<TimeSpan?>(LogRetentionKey) ?? PartitionKeeper.DefaultLogRetention;

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

        await keeper.MaintainAsync(time.GetUtcNow(), Retention(settings), LogRetention(settings), cancellation);
    }
}
