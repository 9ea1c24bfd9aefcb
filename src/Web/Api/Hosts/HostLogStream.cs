using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;

namespace Mayday.Web.Api.Hosts;

/// <summary>
/// Writes a host's archived console, and goes on with what comes where that is asked for: looks again each second, and says an empty line
/// after a while of silence, so that nothing on the way takes the connection for dead and a caller who is gone is noticed.
/// </summary>
internal sealed class HostLogStream(StoreQueries queries, TimeProvider time)
{
    private const int FlushBytes = 32 << 10;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);

    // A collector's row of lines may be written some seconds after they came, so what came lately is looked at again.
    private static readonly TimeSpan s_lateness = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_forget = TimeSpan.FromHours(2);

    public async Task WriteAsync(Guid host, DateTimeOffset since, DateTimeOffset? until, bool follow, Stream body, CancellationToken cancellation)
    {
        var text = new ArchivedLogText();
        var piece = new MemoryStream();
        var told = new Dictionary<Guid, (int Index, DateTimeOffset At)>();
        var lastWrite = time.GetTimestamp();
        using var timer = new PeriodicTimer(s_look, time);
        do
        {
            var now = time.GetUtcNow();
            await foreach (var line in queries.HostLogs.ReadHostLogAsync(host, since, until ?? DateTimeOffset.MaxValue, cancellation))
            {
                if (told.TryGetValue(line.Block, out var last) && line.Index <= last.Index)
                {
                    continue;
                }

                if (follow)
                {
                    told[line.Block] = (line.Index, now);
                }

                text.Write(line, piece);
                if (piece.Length >= FlushBytes)
                {
                    await SendAsync();
                }
            }

            if (!follow)
            {
                text.Close(piece);
            }
            else if (piece.Length == 0 && time.GetElapsedTime(lastWrite) >= s_silence)
            {
                text.Close(piece);
                piece.WriteByte((byte)'\n');
            }

            await SendAsync();
            if (now - s_lateness > since)
            {
                since = now - s_lateness;
                foreach (var (block, last) in told)
                {
                    if (last.At < now - s_forget)
                    {
                        told.Remove(block);
                    }
                }
            }
        }
        while (follow && await timer.WaitForNextTickAsync(cancellation));

        async Task SendAsync()
        {
            if (piece.Length > 0)
            {
                await body.WriteAsync(piece.GetBuffer().AsMemory(0, (int)piece.Length), cancellation);
                piece.SetLength(0);
                lastWrite = time.GetTimestamp();
            }

            await body.FlushAsync(cancellation);
        }
    }
}
