using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Store;

/// <summary>
/// Tells that something was stored, by LISTEN on a connection of its own. It says that there is news, not all of it: readers query
/// again. After a lost connection the first message is <see cref="Missed"/>, since nobody knows what was told meanwhile.
/// </summary>
public sealed partial class CrashNotifications(NpgsqlDataSource source, TimeProvider time, ILogger<CrashNotifications>? logger = null)
{
    /// <summary>Readers throttle to a few a second; 256 batches are many seconds of the fastest writing.</summary>
    public const int Capacity = 256;

    // Postgres restarts in a second or two; asking once a second neither hurts it nor keeps pages waiting.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    // A server that went away without a word is noticed after this long.
    private static readonly TimeSpan s_probe = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = logger ?? NullLogger<CrashNotifications>.Instance;
    private long _dropped;

    /// <summary>Stands for whatever was stored while no connection listened.</summary>
    public static CrashNotification Missed { get; } = new() { Dumps = 0, Crashes = 0 };

    /// <summary>Notifications that a slow reader lost: the oldest go first.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>True while a connection listens.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Listens until <paramref name="cancellation"/>; connects again whenever the connection is lost.</summary>
    public async IAsyncEnumerable<CrashNotification> ListenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<CrashNotification>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true },
            _ => Interlocked.Increment(ref _dropped));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = KeepListeningAsync(channel.Writer, stop.Token);
        try
        {
            await foreach (var notification in channel.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return notification;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await listening.ConfigureAwait(false);
        }
    }

    private async Task KeepListeningAsync(ChannelWriter<CrashNotification> writer, CancellationToken cancellation)
    {
        for (var first = true; !cancellation.IsCancellationRequested; first = false)
        {
            try
            {
                await ListenOnceAsync(writer, first, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
            }
            catch (Exception e) when (e is NpgsqlException or System.IO.IOException or System.Net.Sockets.SocketException or TimeoutException)
            {
                ListeningLost(_logger, e.Message);
                await PauseAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // Whoever reads has to know that no news will come any more.
                writer.TryComplete(e);
                return;
            }
            finally
            {
                IsListening = false;
            }
        }

        writer.TryComplete();
    }

    private async Task ListenOnceAsync(ChannelWriter<CrashNotification> writer, bool first, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, message) => writer.TryWrite(Read(message.Payload));
            await Sql.ExecuteAsync(connection, null, $"LISTEN {CrashNotification.Channel}", [], cancellation).ConfigureAwait(false);
            IsListening = true;
            if (!first)
            {
                writer.TryWrite(Missed);
            }

            while (true)
            {
                if (!await connection.WaitAsync(s_probe, cancellation).ConfigureAwait(false))
                {
                    await Sql.ExecuteAsync(connection, null, "SELECT 1", [], cancellation).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task PauseAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(s_pause, time, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Anyone who may connect may NOTIFY; what is no JSON of ours still says that there is news.</summary>
    private static CrashNotification Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, StoredJson.Default.CrashNotification) ?? Missed;
        }
        catch (JsonException)
        {
            return Missed;
        }
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "Listening for new crashes was interrupted ({Reason}); connecting again")]
    private static partial void ListeningLost(ILogger logger, string reason);
}
