using System.Collections.Immutable;
using Mayday.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mayday.Web.Live;

/// <summary>
/// Tells pages that something was stored, so that they look again. One connection listens for all of them; each page is told at most ten times
/// a second, and a slow page holds up nobody.
/// </summary>
public sealed partial class CrashFeed(CrashNotifications notifications, TimeProvider time, ILogger<CrashFeed> logger) : BackgroundService
{
    /// <summary>A person sees ten changes a second as one movement; a storm of crashes must not become a storm of queries.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private ImmutableHashSet<Throttle> _subscribers = [];

    /// <summary>Calls <paramref name="changed"/> soon after anything was stored, until the subscription is disposed.</summary>
    public IDisposable Subscribe(Func<Task> changed)
    {
        var throttle = new Throttle(Interval, time, changed);
        ImmutableInterlocked.Update(ref _subscribers, (all, one) => all.Add(one), throttle);
        return new Subscription(this, throttle);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in notifications.ListenAsync(stoppingToken))
                {
                    foreach (var subscriber in _subscribers)
                    {
                        subscriber.Trigger();
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Without news the pages still show what is stored; the program must not end for it.
                FeedInterrupted(logger, exception);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "Pages get no news for a moment: listening to the database ended")]
    private static partial void FeedInterrupted(ILogger logger, Exception exception);

    private sealed class Subscription(CrashFeed feed, Throttle throttle) : IDisposable
    {
        public void Dispose()
        {
            ImmutableInterlocked.Update(ref feed._subscribers, (all, one) => all.Remove(one), throttle);
            throttle.Dispose();
        }
    }
}
