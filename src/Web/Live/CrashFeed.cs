using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging;

namespace Mayday.Web.Live;

/// <summary>Tells pages that dumps and crashes were stored.</summary>
public sealed partial class CrashFeed(CrashNotifications notifications, TimeProvider time, ILogger<CrashFeed> logger) : StoreFeed<CrashNotification>(s_interval, time)
{
    /// <summary>A person sees ten changes a second as one movement; a storm of crashes must not become a storm of queries.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    protected override IAsyncEnumerable<CrashNotification> ListenAsync(CancellationToken cancellation) => notifications.ListenAsync(cancellation);

    protected override void Interrupted(Exception exception) => FeedInterrupted(logger, exception);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "Pages get no news for a moment: listening to the database ended")]
    private static partial void FeedInterrupted(ILogger logger, Exception exception);
}
