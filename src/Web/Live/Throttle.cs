namespace Mayday.Web.Live;

/// <summary>
/// Runs an action at most once in an interval: the first call runs at once, calls that come meanwhile run as one when the interval is over,
/// and no run overlaps another.
/// </summary>
public sealed class Throttle(TimeSpan interval, TimeProvider time, Func<Task> action) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private bool _running;
    private bool _again;

    public void Trigger()
    {
        lock (_gate)
        {
            if (_running || _ended.IsCancellationRequested)
            {
                _again = true;
                return;
            }

            _running = true;
        }

        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    _again = false;
                }

                try
                {
                    await action();
                }
                catch (Exception) when (!_ended.IsCancellationRequested)
                {
                    // A page says itself what it could not read; the next news finds it listening still.
                }

                await Task.Delay(interval, time, _ended.Token);
                lock (_gate)
                {
                    if (!_again)
                    {
                        _running = false;
                        return;
                    }
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The page is gone; nobody waits for the rest.
        }
    }

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }
}
