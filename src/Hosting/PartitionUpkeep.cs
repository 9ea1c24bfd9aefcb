using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Configuration;
using Mayday.Store.Postgres;
using Microsoft.Extensions.Logging;

namespace Mayday.Hosting;

/// <summary>Hourly: partitions made ahead, those past <c>Store:Retention</c> dropped, ledgers pruned.</summary>
public sealed class PartitionUpkeep(PartitionKeeper keeper, IConfiguration settings, TimeProvider time, ILogger<PartitionUpkeep> logger) : BackgroundService
{
    public const string RetentionKey = "Store:Retention";

    public const string LogRetentionKey = "Store:LogRetention";

    // Partitions are made days ahead; an hour only bounds how long a dropped one is overdue.
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public static TimeSpan Retention(IConfiguration settings) => settings.GetValue<TimeSpan?>(RetentionKey) ?? PartitionKeeper.DefaultRetention;

    public static TimeSpan LogRetention(IConfiguration settings) => settings.GetValue<TimeSpan?>(LogRetentionKey) ?? PartitionKeeper.DefaultLogRetention;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await keeper.MaintainAsync(time.GetUtcNow(), Retention(settings), LogRetention(settings), stoppingToken);
            }
            catch (Exception reason) when (reason is not OperationCanceledException)
            {
                ProgramMessages.PartitionUpkeepFailed(logger, reason, (int)Interval.TotalMinutes);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
