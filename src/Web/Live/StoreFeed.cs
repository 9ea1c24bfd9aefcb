using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;

namespace Mayday.Web.Live;

/// <summary>
/// Tells pages that something was stored, so that they look again. One connection listens for all of them; each page is told at most once an
/// <paramref name="interval"/>, and a slow page holds up nobody.
/// </summary>
public abstract class StoreFeed<T>(TimeSpan interval, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private ImmutableHashSet<Throttle> _subscribers = [];

    /// <summary>Calls <paramref name="changed"/> soon after anything was stored, until the subscription is disposed.</summary>
    public IDisposable Subscribe(Func<Task> changed)
    {
        var throttle = new Throttle(interval, time, changed);
        ImmutableInterlocked.Update(ref _subscribers, (all, one) => all.Add(one), throttle);
        return new Subscription(this, throttle);
    }

    protected abstract IAsyncEnumerable<T> ListenAsync(CancellationToken cancellation);

    protected abstract void Interrupted(Exception exception);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in ListenAsync(stoppingToken))
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
                Interrupted(exception);
                await Task.Delay(s_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed class Subscription(StoreFeed<T> feed, Throttle throttle) : IDisposable
    {
        public void Dispose()
        {
            ImmutableInterlocked.Update(ref feed._subscribers, (all, one) => all.Remove(one), throttle);
            throttle.Dispose();
        }
    }
}
