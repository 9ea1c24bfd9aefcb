using System.Diagnostics;
using System.Threading.Channels;
using Mayday.Collector.Analysing;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Storing.Dumps;

/// <summary>Step 5: collects finished dumps into batches and writes them to Postgres. While Postgres is away they go to the spool, which is
/// replayed in order before anything newer is written. A batch is what arrived while the last one was written; no dump waits for a batch to
/// fill. When <see cref="RunAsync"/> returns, every dump was written, spooled, moved aside, or counted as dropped.</summary>
internal sealed class StoreWorker(
    ChannelReader<FinishedDump> finished, CrashWriter writer, DumpSpool spool, DumpAnalyst analyst, StoringOptions options, CollectorCounters counters,
    TimeProvider time, ILogger log, Func<bool>? isBehind = null)
{
    // At shutdown Postgres gets one more, short chance, because the spool can take the rest.
    private static readonly TimeSpan s_lastWrite = TimeSpan.FromSeconds(5);

    private readonly List<FinishedDump> _batch = [];
    private FinishedDump? _held;
    private bool _isAway;
    private TimeSpan _pause = options.RetryMin;
    private long _retryAt;
    private TimeSpan _lastWrite;

    /// <summary>Runs until the channel is completed and empty.</summary>
    /// <param name="stopping">The process is ending: no more waiting for an absent Postgres.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            var hasEnded = !await WaitAsync(stopping);
            Drain();
            if (_batch.Count > 0)
            {
                await StoreBatchAsync(stopping);

                // Each dump was written, spooled, moved aside or counted as dropped: none must be restored after a kill.
                foreach (var dump in _batch)
                {
                    dump.Settled?.Invoke();
                    DumpTrace.End(dump);
                }
            }

            if (hasEnded && _held is null && finished.Completion.IsCompleted)
            {
                break;
            }

            if (spool.Count > 0 && !hasEnded && time.GetTimestamp() >= _retryAt)
            {
                await ReplayAsync(stopping);
            }
        }

        CollectorLog.Stopped(log, counters.Written, spool.Count);
    }

    // True while more dumps may come. When the spool holds dumps, it waits no longer than until the next try.
    private async Task<bool> WaitAsync(CancellationToken stopping)
    {
        if (_held is not null)
        {
            return true;
        }

        if (spool.Count == 0 || stopping.IsCancellationRequested)
        {
            return await finished.WaitToReadAsync(CancellationToken.None);
        }

        var left = time.GetElapsedTime(time.GetTimestamp(), _retryAt);
        if (left <= TimeSpan.Zero)
        {
            return !finished.Completion.IsCompleted;
        }

        using var retry = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(retry.Token, stopping);
        try
        {
            return await finished.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private void Drain()
    {
        _batch.Clear();
        long bytes = 0;
        if (_held is not null)
        {
            _batch.Add(_held);
            bytes = SizeOf(_held);
            _held = null;
        }

        while (_batch.Count < options.BatchDumps && bytes < options.BatchBytes && finished.TryRead(out var dump))
        {
            bytes += SizeOf(dump);
            if (bytes > options.BatchBytes && _batch.Count > 0)
            {
                _held = dump;
                break;
            }

            _batch.Add(dump);
        }
    }

    // More dumps were ready than a batch holds, so the store is the bottleneck.
    private bool IsFull => _batch.Count >= options.BatchDumps || _batch.Sum(SizeOf) >= options.BatchBytes;

    private static long SizeOf(FinishedDump dump) => dump.Log.Length + dump.Datagrams.Length;

    private async Task StoreBatchAsync(CancellationToken stopping)
    {
        // No dump may overtake those in the spool. When Postgres is slow and memory fills up, dumps go to disk too: there the least
        // valuable are dropped first, while a full memory would drop any of them.
        if (spool.Count > 0 || (_lastWrite > options.SlowWrite && IsFull && isBehind?.Invoke() == true))
        {
            spool.Append(_batch);
            return;
        }

        if (_isAway || !await TryWriteAsync(_batch, stopping))
        {
            spool.Append(_batch);
            if (spool.Count == 0)
            {
                // Nothing could be spooled: the next batch tries Postgres again, but not before the pause is over.
                _isAway = time.GetTimestamp() < _retryAt;
            }
        }
    }

    private async Task ReplayAsync(CancellationToken stopping)
    {
        SpoolBatch? batch;
        try
        {
            batch = spool.Peek(options.BatchDumps, options.BatchBytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The disk cannot return what it stored. It is tried again later, and newer dumps wait behind it.
            CollectorLog.SpoolFailed(log, failure, spool.Folder);
            WaitBeforeRetry();
            return;
        }

        if (batch is null)
        {
            return;
        }

        var wasAway = _isAway;
        var dumps = batch.Dumps.Select(analyst.Analyse).ToArray();
        if (!await TryWriteAsync(dumps, stopping))
        {
            return;
        }

        if (wasAway)
        {
            CollectorLog.PostgresBack(log, spool.Count);
        }

        batch.Accept();
        if (spool.Count == 0)
        {
            CollectorLog.SpoolReplayed(log);
        }
    }

    /// <summary>Writes dumps; false when Postgres is away. A dump that cannot be stored is moved aside, so that the others can be
    /// stored.</summary>
    private async Task<bool> TryWriteAsync(IReadOnlyList<FinishedDump> dumps, CancellationToken stopping)
    {
        if (dumps.Count == 0)
        {
            return true;
        }

        try
        {
            await WriteAsync(dumps, stopping);
            spool.Stored(dumps);
            _isAway = false;
            _pause = options.RetryMin;
            return true;
        }
        catch (Exception failure) when (StoreFailure.IsPostgresAway(failure))
        {
            counters.WriteFailed();
            if (!_isAway)
            {
                CollectorLog.PostgresAway(log, failure.GetBaseException().Message, spool.Folder);
            }

            _isAway = true;
            WaitBeforeRetry();
            return false;
        }
        catch (Exception failure)
        {
            // The writer already isolates what Postgres refuses. This is a defect in our code, and still affects only one dump.
            counters.WriteFailed();
            if (dumps.Count == 1)
            {
                PutAside(dumps[0], failure.GetBaseException().Message);
                return true;
            }

            var half = dumps.Count / 2;
            return await TryWriteAsync([.. dumps.Take(half)], stopping) && await TryWriteAsync([.. dumps.Skip(half)], stopping);
        }
    }

    private void WaitBeforeRetry()
    {
        _retryAt = time.GetTimestamp() + (long)(_pause.TotalSeconds * time.TimestampFrequency);
        _pause = _pause * 2 < options.RetryMax ? _pause * 2 : options.RetryMax;
    }

    private void PutAside(FinishedDump dump, string reason)
    {
        counters.DumpPutAside();
        CollectorLog.DumpPutAside(log, dump.Id, reason, spool.PutAside(dump));
    }

    private async Task WriteAsync(IReadOnlyList<FinishedDump> dumps, CancellationToken stopping)
    {
        using var activity = counters.Activities.StartActivity("dumps.store", ActivityKind.Internal, default(ActivityContext), tags: null, DumpTrace.LinksTo(dumps));
        activity?.SetTag("mayday.dumps", dumps.Count);
        using var limit = new CancellationTokenSource(stopping.IsCancellationRequested ? s_lastWrite : options.WriteTimeout, time);
        var began = time.GetTimestamp();
        var beganAt = time.GetUtcNow();
        try
        {
            var written = await writer.WriteAsync(dumps, limit.Token);
            var committedAt = time.GetUtcNow();
            for (var i = 0; i < written.Count; i++)
            {
                var outcome = written[i].Refusal is not null ? "refused" : written[i].IsNew ? "new" : "copy";
                DumpTrace.Stored(counters.Activities, dumps[i], activity, beganAt, committedAt, outcome);
                if (written[i].Refusal is { } refusal)
                {
                    PutAside(dumps[i], refusal);
                }
                else
                {
                    counters.DumpWritten(written[i].IsNew);
                    if (!written[i].IsLogKept || written[i].HasReplacedLog)
                    {
                        counters.DumpThinned();
                    }
                }
            }
        }
        catch (Exception failure)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            throw;
        }

        _lastWrite = time.GetElapsedTime(began);
        counters.WriteDuration.Record(_lastWrite.TotalSeconds);
        var now = time.GetUtcNow();
        foreach (var dump in dumps)
        {
            counters.StoreLag.Record((now - dump.CompletedAt).TotalSeconds);
        }
    }
}
