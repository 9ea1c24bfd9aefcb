using Mayday.Store.Events;
using Microsoft.Extensions.Logging;

namespace Mayday.Web.Live;

/// <summary>Tells pages that events were stored.</summary>
public sealed partial class EventFeed(EventNotifications notifications, TimeProvider time, ILogger<EventFeed> logger) : StoreFeed<EventNotification>(s_interval, time)
{
    /// <summary>Events come by the thousand; a list that moves more often cannot be read.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    protected override IAsyncEnumerable<EventNotification> ListenAsync(CancellationToken cancellation) => notifications.ListenAsync(cancellation);

    protected override void Interrupted(Exception exception) => FeedInterrupted(logger, exception);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "Pages get no news of events for a moment: listening to the database ended")]
    private static partial void FeedInterrupted(ILogger logger, Exception exception);
}
