using Mayday.Store.Ingest;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Storing;

/// <summary>Saves the counters to Postgres each second. While Postgres is away nothing is lost, because the values are absolute.</summary>
internal sealed class CounterSaver(CollectorOptions options, CollectorCounters counters, IngestCounters store, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_lastSave = TimeSpan.FromSeconds(2);

    private bool _isRegistered;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Storing.CounterInterval, time);
        try
        {
            do
            {
                await SaveAsync(options.Storing.WriteTimeout);
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException)
        {
            // Shutdown: the code that stopped this task saves what was counted until now.
        }
    }

    /// <summary>Saves the last values, after everything was stored.</summary>
    public Task SaveLastAsync() => SaveAsync(s_lastSave);

    private async Task SaveAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        try
        {
            if (!_isRegistered)
            {
                await store.StartAsync(options.Name, timeout.Token);
                _isRegistered = true;
            }

            await store.SaveAsync(options.Name, counters.Snapshot(), timeout.Token);
        }
        catch (Exception failure)
        {
            CollectorLog.CountersNotSaved(log, failure);
        }
    }
}
