using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;

namespace Mayday.Web.Live;

/// <summary>How the receiving goes, for the corner of every page.</summary>
/// <param name="Hosts">Hosts that sent something in the last hour.</param>
/// <param name="AllHosts">Hosts ever heard.</param>
/// <param name="Bugs">Bugs known.</param>
/// <param name="LostShare">Datagrams lost before Mayday read them, of all that came, over <paramref name="Span"/>; null while nothing came.</param>
/// <param name="Span">The time the share is over: an hour, or less where the pages run for less.</param>
/// <param name="Alive">Whether any collector reported in the last seconds.</param>
/// <param name="Notice">Why nothing old is deleted; null while deletion goes on.</param>
public sealed record Pulse(int Hosts, long AllHosts, int Bugs, double? LostShare, TimeSpan Span, bool Alive, string? Notice = null);

/// <summary>
/// One reading of the collectors' counters for all circuits together, however many pages are open, and the hour of history that a share
/// "in the last hour" needs.
/// </summary>
public sealed class IngestPulse(StoreQueries queries, RetentionGuard guard, TimeProvider time) : IDisposable
{
    /// <summary>The corner of a page need not be fresher, and a hundred open pages then cost one query in five seconds.</summary>
    private static readonly TimeSpan s_freshness = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_window = TimeSpan.FromHours(1);

    private readonly Queue<(DateTimeOffset At, long Datagrams, long Lost)> _history = new();
    private readonly SemaphoreSlim _reading = new(1, 1);
    private (DateTimeOffset At, Pulse Pulse)? _latest;

    public async Task<Pulse> ReadAsync(CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            if (_latest is { } latest && now - latest.At < s_freshness)
            {
                return latest.Pulse;
            }

            var stats = await queries.Ingest.IngestStatsAsync(cancellation);
            var (_, hosts) = await queries.Hosts.SliceHostsAsync(new HostFilter { Since = now - s_window }, 0, 1, cancellation);
            var (_, bugs) = await queries.Bugs.SliceBugsAsync(new BugFilter(), 0, 1, cancellation);
            var lost = stats.KernelDrops + stats.SpoolDropped + stats.DroppedDumps;
            while (_history.TryPeek(out var oldest) && now - oldest.At > s_window)
            {
                _history.Dequeue();
            }

            // A collector that starts under a new name, or a fresh database, takes the sums back: begin again rather than show a negative loss.
            if (_history.TryPeek(out var first) && (first.Datagrams > stats.Datagrams || first.Lost > lost))
            {
                _history.Clear();
            }

            _history.Enqueue((now, stats.Datagrams, lost));
            var from = _history.Peek();
            var came = stats.Datagrams - from.Datagrams + lost - from.Lost;
            var notice = (await guard.ReadAsync(cancellation)).Notice;
            var pulse = new Pulse(hosts, stats.Hosts, bugs, came > 0 ? (double)(lost - from.Lost) / came : null, now - from.At, stats.Collectors.Any(collector => collector.Alive), notice);
            _latest = (now, pulse);
            return pulse;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}
