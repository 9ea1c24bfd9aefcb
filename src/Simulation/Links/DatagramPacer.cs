namespace Mayday.Simulation.Links;

/// <summary>Spreads datagrams evenly over time: waits whenever it is ahead of its rate.</summary>
/// <param name="datagramsPerSecond">The rate; 0 for no waiting at all.</param>
/// <param name="time">The clock.</param>
public sealed class DatagramPacer(double datagramsPerSecond, TimeProvider time)
{
    /// <summary>The default rate. A receive buffer of Linux's default size (212,992 bytes) holds about 90 full-size datagrams with their
    /// overhead: at 5,000 per second a receiver can pause for 18 ms before the first is lost. A 512 KiB log in three rounds takes 0.3
    /// s.</summary>
    public const double DefaultRate = 5000;

    // Timers do not fire earlier than this, so the few datagrams of a millisecond are sent together.
    private static readonly TimeSpan s_granularity = TimeSpan.FromMilliseconds(1);

    // After a stall the lost time is not made up in one burst, because pacing exists to prevent bursts.
    private static readonly TimeSpan s_mostCatchUp = TimeSpan.FromMilliseconds(10);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _due;

    /// <summary>Waits until the next datagram is due.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Completes when it may leave.</returns>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (datagramsPerSecond <= 0)
        {
            return;
        }

        var now = time.GetElapsedTime(_start);
        var ahead = _due - now;
        if (ahead < -s_mostCatchUp)
        {
            _due = now - s_mostCatchUp;
        }

        _due += TimeSpan.FromSeconds(1 / datagramsPerSecond);
        if (ahead >= s_granularity)
        {
            await Task.Delay(ahead, time, cancellation).ConfigureAwait(false);
        }
    }
}
