using Mayday.Simulation.Load;

namespace Mayday.Cli.Commands.Load;

/// <summary>The time from the packet that completes a dump until its crash is readable over REST, in milliseconds.</summary>
internal sealed record LoadLatency
{
    // The first requests of a new process are slow because of JIT compilation.
    private const int WarmUp = 10;

    // A realistic interval for an API client. The mean error is half of it.
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_givesUpAfter = TimeSpan.FromSeconds(10);

    public required int Dumps { get; init; }

    public required int NotSeen { get; init; }

    public required double P50 { get; init; }

    public required double P90 { get; init; }

    public required double P99 { get; init; }

    public required double Max { get; init; }

    /// <summary>Sends one dump at a time while a load runs, and waits for each.</summary>
    public static async Task<LoadLatency> MeasureAsync(LoadRun run, Task load, LoadApi api, int seed, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var random = new Random(seed);
        var taken = new List<double>();
        var notSeen = 0;
        for (var dump = 0; !load.IsCompleted && !cancellation.IsCancellationRequested; dump++)
        {
            // A random pause, so that the measurement does not align with the sender's waves, the collector's batches or timer ticks.
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(5, 60)), time, CancellationToken.None);
            LoadProbe probe;
            try
            {
                probe = await run.ProbeAsync();
            }
            catch (Exception exception) when (exception is InvalidOperationException or OperationCanceledException)
            {
                break;
            }

            var isSeen = false;
            while (!isSeen && time.GetElapsedTime(probe.WholeAt) < s_givesUpAfter)
            {
                isSeen = await api.HasCrashAsync(probe.HostName, CancellationToken.None);
                if (!isSeen)
                {
                    await Task.Delay(s_pollEvery, time, CancellationToken.None);
                }
            }

            if (!isSeen)
            {
                notSeen++;
            }
            else if (dump >= WarmUp)
            {
                taken.Add(time.GetElapsedTime(probe.WholeAt).TotalMilliseconds);
            }
        }

        taken.Sort();
        return new LoadLatency { Dumps = taken.Count, NotSeen = notSeen, P50 = At(0.5), P90 = At(0.9), P99 = At(0.99), Max = At(1) };

        double At(double share) => taken.Count == 0 ? 0 : Math.Round(taken[Math.Min(taken.Count - 1, (int)Math.Ceiling(share * taken.Count) - 1)], 1);
    }
}
