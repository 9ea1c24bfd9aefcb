using Mayday.Store.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>
/// Tells that crashes were stored. It says that there is news, not all of it: readers query again. After a lost connection the first message
/// is <see cref="Missed"/>, since nobody knows what was told meanwhile.
/// </summary>
public sealed class CrashNotifications(NpgsqlDataSource source, TimeProvider time, ILogger<CrashNotifications>? logger = null)
{
    public const int Capacity = NotificationListener<CrashNotification>.Capacity;

    private readonly NotificationListener<CrashNotification> _listener = new(
        source, time, logger ?? NullLogger<CrashNotifications>.Instance, CrashNotification.Channel, StoredJson.Default.CrashNotification, Missed);

    /// <summary>Stands for whatever was stored while no connection listened.</summary>
    public static CrashNotification Missed { get; } = new() { Dumps = 0, Crashes = 0 };

    /// <summary>Notifications that a slow reader lost: the oldest go first.</summary>
    public long Dropped => _listener.Dropped;

    /// <summary>True while a connection listens.</summary>
    public bool IsListening => _listener.IsListening;

    /// <summary>Listens until <paramref name="cancellation"/>; connects again whenever the connection is lost.</summary>
    public IAsyncEnumerable<CrashNotification> ListenAsync(CancellationToken cancellation) => _listener.ListenAsync(cancellation);
}
