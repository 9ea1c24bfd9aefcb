using System.Collections.Immutable;
using Mayday.Store.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mayday.Web.Live;

/// <summary>Tells pages that events were stored, so that they look again; each page at most once a second.</summary>
public sealed partial class EventFeed(EventNotifications notifications, TimeProvider time, ILogger<EventFeed> logger) : BackgroundService
{
    /// <summary>Events come by the thousand; a list that moves more often cannot be read.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private ImmutableHashSet<Throttle> _subscribers = [];

    /// <summary>Calls <paramref name="changed"/> soon after events were stored, until the subscription is disposed.</summary>
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
                    Tell();
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                FeedInterrupted(logger, exception);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Tell()
    {
        foreach (var subscriber in _subscribers)
        {
            subscriber.Trigger();
        }
    }

    [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "Pages get no news of events for a moment: listening to the database ended")]
    private static partial void FeedInterrupted(ILogger logger, Exception exception);

    private sealed class Subscription(EventFeed feed, Throttle throttle) : IDisposable
    {
        public void Dispose()
        {
            ImmutableInterlocked.Update(ref feed._subscribers, (all, one) => all.Remove(one), throttle);
            throttle.Dispose();
        }
    }
}
