using Mayday.Store.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>Notifies readers that events were stored. The counterpart of <see cref="CrashNotifications"/>.</summary>
public sealed class EventNotifications(NpgsqlDataSource source, TimeProvider time, ILogger<EventNotifications>? logger = null)
{
    private readonly NotificationListener<EventNotification> _listener = new(
        source, time, logger ?? NullLogger<EventNotifications>.Instance, EventNotification.Channel, StoredJson.Default.EventNotification, Missed);

    /// <summary>Stands for everything that was stored while no connection listened.</summary>
    public static EventNotification Missed { get; } = new() { Events = 0 };

    /// <summary>Number of notifications dropped because the reader was slow. The oldest are dropped first.</summary>
    public long Dropped => _listener.Dropped;

    /// <summary>True while a connection listens.</summary>
    public bool IsListening => _listener.IsListening;

    /// <summary>Listens until <paramref name="cancellation"/>. Reconnects whenever the connection is lost.</summary>
    public IAsyncEnumerable<EventNotification> ListenAsync(CancellationToken cancellation) => _listener.ListenAsync(cancellation);
}
