using Mayday.Store.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>
/// Notifies readers that crashes were stored. A notification is only a hint: readers query again. After a lost connection the first message
/// is <see cref="Missed"/>, because notifications may have been lost.
/// </summary>
public sealed class CrashNotifications(NpgsqlDataSource source, TimeProvider time, ILogger<CrashNotifications>? logger = null)
{
    public const int Capacity = NotificationListener<CrashNotification>.Capacity;

    private readonly NotificationListener<CrashNotification> _listener = new(
        source, time, logger ?? NullLogger<CrashNotifications>.Instance, CrashNotification.Channel, StoredJson.Default.CrashNotification, Missed);

    /// <summary>Stands for everything that was stored while no connection listened.</summary>
    public static CrashNotification Missed { get; } = new() { Dumps = 0, Crashes = 0 };

    /// <summary>Number of notifications dropped because the reader was slow. The oldest are dropped first.</summary>
    public long Dropped => _listener.Dropped;

    /// <summary>True while a connection listens.</summary>
    public bool IsListening => _listener.IsListening;

    /// <summary>Listens until <paramref name="cancellation"/>. Reconnects whenever the connection is lost.</summary>
    public IAsyncEnumerable<CrashNotification> ListenAsync(CancellationToken cancellation) => _listener.ListenAsync(cancellation);
}
