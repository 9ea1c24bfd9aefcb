namespace Mayday.Web.Live;

/// <summary>Placeholder until the store's notifications are there.</summary>
public sealed class CrashFeed
{
    public IDisposable Subscribe(Func<Task> changed) => new Throttle(TimeSpan.FromMilliseconds(100), TimeProvider.System, changed);
}
