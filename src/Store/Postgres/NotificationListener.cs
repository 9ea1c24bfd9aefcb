using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mayday.Store.Postgres;

/// <summary>
/// LISTENs on a connection of its own, and connects again whenever it is lost. It says that there is news, not all of it: readers query again.
/// </summary>
/// <param name="channel">One of our own names: it stands in the SQL as it is.</param>
/// <param name="missed">Stands for whatever was told while no connection listened.</param>
internal sealed partial class NotificationListener<T>(
    NpgsqlDataSource source, TimeProvider time, ILogger logger, string channel, JsonTypeInfo<T> type, T missed)
    where T : class
{
    /// <summary>Readers throttle to a few a second; 256 batches are many seconds of the fastest writing.</summary>
    public const int Capacity = 256;

    // Postgres restarts in a second or two; asking once a second neither hurts it nor keeps pages waiting.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    // A server that went away without a word is noticed after this long.
    private static readonly TimeSpan s_probe = TimeSpan.FromSeconds(30);

    private long _dropped;

    /// <summary>Notifications that a slow reader lost: the oldest go first.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>True while a connection listens.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Listens until <paramref name="cancellation"/>; connects again whenever the connection is lost.</summary>
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

    /// <summary>Anyone who may connect may NOTIFY; what is no JSON of ours still says that there is news.</summary>
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

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "Listening for news on {Channel} was interrupted ({Reason}); connecting again")]
    private static partial void ListeningLost(ILogger logger, string channel, string reason);
}
