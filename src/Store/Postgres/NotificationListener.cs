using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mayday.Store.Postgres;

/// <summary>
/// Runs LISTEN on its own connection and reconnects whenever it is lost. A notification is only a hint: readers query again.
/// </summary>
/// <param name="channel">A channel name from this program. It is inserted into the SQL without escaping.</param>
/// <param name="missed">The message that stands for everything missed while no connection listened.</param>
internal sealed partial class NotificationListener<T>(
    NpgsqlDataSource source, TimeProvider time, ILogger logger, string channel, JsonTypeInfo<T> type, T missed)
    where T : class
{
    /// <summary>Readers throttle to a few updates per second. 256 batches are many seconds of the fastest writing.</summary>
    public const int Capacity = 256;

    // Postgres restarts within a second or two. One attempt per second does not load it and keeps waiting pages short.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    // A server that disappeared without closing the connection is noticed after this time.
    private static readonly TimeSpan s_probe = TimeSpan.FromSeconds(30);

    private long _dropped;

    /// <summary>Number of notifications dropped because the reader was slow. The oldest are dropped first.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>True while a connection listens.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Listens until <paramref name="cancellation"/>. Reconnects whenever the connection is lost.</summary>
    public async IAsyncEnumerable<T> ListenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var queue = Channel.CreateBounded<T>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true },
            _ => Interlocked.Increment(ref _dropped));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = KeepListeningAsync(queue.Writer, stop.Token);
        try
        {
            await foreach (var notification in queue.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
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

    private async Task KeepListeningAsync(ChannelWriter<T> writer, CancellationToken cancellation)
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
                ListeningLost(logger, channel, e.Message);
                await PauseAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // Passes the error to the reader, which must know that no more notifications follow.
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

    private async Task ListenOnceAsync(ChannelWriter<T> writer, bool first, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, message) => writer.TryWrite(Read(message.Payload));
            await Sql.ExecuteAsync(connection, null, $"LISTEN {channel}", [], cancellation).ConfigureAwait(false);
            IsListening = true;
            if (!first)
            {
                writer.TryWrite(missed);
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

    /// <summary>Any database user may send NOTIFY. An invalid payload still means that something was stored.</summary>
    private T Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type) ?? missed;
        }
        catch (JsonException)
        {
            return missed;
        }
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning,
        Message = "Listening for notifications on {Channel} was interrupted ({Reason}); reconnecting")]
    private static partial void ListeningLost(ILogger logger, string channel, string reason);
}
