using System.Threading.Channels;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Archive;

/// <summary>Sorts lines by sender and hour and writes them, compressed, to Postgres. A part is written when it is full, when its hour is
/// over, or when its newest lines have waited long enough; in the last case the same row is written again until it is full. While Postgres
/// is away the parts wait in memory. Beyond the memory budget the oldest parts are dropped and their lines counted: ordinary lines are
/// dropped before anything else.</summary>
internal sealed class ArchiveWorker(
    ChannelReader<ArchiveBatch> batches, LogArchive store, ArchiveOptions options, CollectorCounters counters, TimeProvider time, ILogger log)
{
    private const int BlocksPerSave = 500;
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_lastSave = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_saveLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ArchiveSender, ArchivePart> _open = [];
    private readonly Queue<ArchivePart> _closed = new();
    private long _held;
    private long _retryAt;

    public async Task RunAsync()
    {
        counters.ArchiveBytes = () => Interlocked.Read(ref _held);
        while (await WaitAsync())
        {
            while (batches.TryRead(out var batch))
            {
                Take(batch);
            }

            await SaveDueAsync(isLast: false);
        }

        await SaveDueAsync(isLast: true);
        foreach (var part in _closed.Concat(_open.Values))
        {
            counters.ArchiveLost(part.NewLines);
        }
    }

    private async Task<bool> WaitAsync()
    {
        // The timer exists for parts whose lines have waited long enough while no new batch arrives.
        using var beat = new CancellationTokenSource(s_beat, time);
        try
        {
            return await batches.WaitToReadAsync(beat.Token);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private void Take(ArchiveBatch batch)
    {
        var now = time.GetTimestamp();
        while (batch.TryRead(out var sender, out var arrival, out var entry))
        {
            if (!_open.TryGetValue(sender, out var part) || !part.HasRoom(entry.Length, options.PartBytes) || part.Hour != ArchivePart.HourOf(arrival))
            {
                if (part is not null)
                {
                    Close(part);
                }

                part = new ArchivePart(sender, arrival);
                _open[sender] = part;
                Hold(part.Capacity);
            }

            var before = part.Capacity;
            part.Add(entry, arrival, now);
            Hold(part.Capacity - before);
        }

        batch.Release();
        KeepWithinBudget();
    }

    private void Close(ArchivePart part)
    {
        _open.Remove(part.Sender);
        if (part.NewLines > 0)
        {
            _closed.Enqueue(part);
        }
        else
        {
            Hold(-part.Capacity);
        }
    }

    private void KeepWithinBudget()
    {
        if (_held <= options.OpenBytes)
        {
            return;
        }

        // Parts whose row is complete need not stay in memory; their sender's next line starts a new part.
        foreach (var part in _open.Values.Where(part => part.NewLines == 0).ToArray())
        {
            Close(part);
        }

        while (_held > options.OpenBytes)
        {
            if (!_closed.TryDequeue(out var oldest))
            {
                if (_open.Count == 0)
                {
                    return;
                }

                oldest = _open.Values.MinBy(part => part.NewSince)!;
                _open.Remove(oldest.Sender);
            }

            counters.ArchiveLost(oldest.NewLines);
            Hold(-oldest.Capacity);
        }
    }

    private async Task SaveDueAsync(bool isLast)
    {
        if (!isLast && time.GetTimestamp() < _retryAt)
        {
            return;
        }

        var longAgo = time.GetTimestamp() - (long)(options.FlushAfter.TotalSeconds * time.TimestampFrequency);
        while (true)
        {
            var due = _closed.Concat(_open.Values.Where(part => part.NewLines > 0 && (isLast || part.NewSince <= longAgo))).Take(BlocksPerSave).ToArray();
            if (due.Length == 0 || !await TrySaveAsync(due, isLast))
            {
                return;
            }

            foreach (var part in due)
            {
                part.Saved();
                if (_closed.TryPeek(out var head) && head == part)
                {
                    _closed.Dequeue();
                    Hold(-part.Capacity);
                }
            }

            // Stop when new batches are waiting, so that a long backlog of parts does not hold them up.
            if (due.Length < BlocksPerSave || (!isLast && batches.TryPeek(out _)))
            {
                return;
            }
        }
    }

    private async Task<bool> TrySaveAsync(ArchivePart[] parts, bool isLast)
    {
        using var limit = new CancellationTokenSource(isLast ? s_lastSave : s_saveLimit, time);
        try
        {
            var lines = parts.Sum(part => part.NewLines);
            await store.SaveAsync([.. parts.Select(part => part.ToBlock())], limit.Token);
            counters.ArchiveStored(lines);
            return true;
        }
        catch (Exception failure)
        {
            CollectorLog.ArchiveNotSaved(log, failure);
            _retryAt = time.GetTimestamp() + (long)(s_retry.TotalSeconds * time.TimestampFrequency);
            return false;
        }
    }

    private void Hold(int bytes) => Interlocked.Add(ref _held, bytes);
}
