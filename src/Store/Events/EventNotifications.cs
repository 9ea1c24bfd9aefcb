using Mayday.Store.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>Tells that events were stored, as <see cref="CrashNotifications"/> does of crashes.</summary>
public sealed class EventNotifications(NpgsqlDataSource source, TimeProvider time, ILogger<EventNotifications>? logger = null)
{
    private readonly NotificationListener<EventNotification> _listener = new(
        source, time, logger ?? NullLogger<EventNotifications>.Instance, EventNotification.Channel, StoredJson.Default.EventNotification, Missed);

    /// <summary>Stands for whatever was stored while no connection listened.</summary>
    public static EventNotification Missed { get; } = new() { Events = 0 };

    /// <summary>Notifications that a slow reader lost: the oldest go first.</summary>
    public long Dropped => _listener.Dropped;

    /// <summary>True while a connection listens.</summary>
    public bool IsListening => _listener.IsListening;

    /// <summary>Listens until <paramref name="cancellation"/>; connects again whenever the connection is lost.</summary>
    public IAsyncEnumerable<EventNotification> ListenAsync(CancellationToken cancellation) => _listener.ListenAsync(cancellation);
}
