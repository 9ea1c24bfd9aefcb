using System.Threading.Channels;
using Mayday.Collector.Analysing;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Protocol;
using Mayday.Store.Events;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Storing.Events;

/// <summary>Reads received records as events and writes them in batches. While Postgres is away they go to the spool, which is replayed in
/// order before anything newer is written. When <see cref="RunAsync"/> returns, every event was written, spooled, or counted as
/// dropped.</summary>
internal sealed class EventStoreWorker(
    ChannelReader<EventBlock> blocks, EventBacklog backlog, EventWriter writer, EventScreen screen, EventSpool spool, CollectorOptions collector, CollectorCounters counters,
    TimeProvider time, ILogger log, EventJournal? journal = null)
{
    // At shutdown Postgres gets one more, short chance, because the spool can take the rest.
    private static readonly TimeSpan s_lastWrite = TimeSpan.FromSeconds(5);

    // Equal events are held for some seconds to be merged; they are written at most this much later.
    private static readonly TimeSpan s_heldPause = TimeSpan.FromSeconds(1);

    // Events of the local kernel belong to this machine, whatever the collector's configured name is.
    private readonly HostClaim _itself = new(null, null, Environment.MachineName);
    private readonly StoringOptions _options = collector.Storing;
    private readonly List<EventBlock> _taken = [];
    private bool _isAway;
    private TimeSpan _pause = collector.Storing.RetryMin;
    private long _retryAt;

    /// <summary>Runs until the channel is completed and empty.</summary>
    /// <param name="stopping">The process is ending: no more waiting for an absent Postgres.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            var hasEnded = !await WaitAsync(stopping);
            if (!hasEnded)
            {
                await GatherAsync(stopping);
            }

            if (Drain() is { } batch)
            {
                await StoreAsync(batch, stopping);
                journal?.End(_taken);
            }
            else if (hasEnded)
            {
                await WriteHeldAsync(screen.TakeAll(), stopping);
                return;
            }
            else if (screen.Held > 0)
            {
                await WriteHeldAsync(screen.Pass([], time.GetUtcNow()), stopping);
            }

            if (!spool.IsEmpty && !hasEnded && time.GetTimestamp() >= _retryAt)
            {
                await ReplayAsync(stopping);
            }
        }
    }

    // True while more events may come. When the spool holds events, it waits no longer than until the next try.
    private async Task<bool> WaitAsync(CancellationToken stopping)
    {
        if ((spool.IsEmpty && screen.Held == 0) || stopping.IsCancellationRequested)
        {
            return await blocks.WaitToReadAsync(CancellationToken.None);
        }

        var left = spool.IsEmpty ? s_heldPause : time.GetElapsedTime(time.GetTimestamp(), _retryAt);
        if (left <= TimeSpan.Zero)
        {
            return !blocks.Completion.IsCompleted;
        }

        using var retry = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(retry.Token, stopping);
        try
        {
            return await blocks.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    // A machine that reports single errors must not cost a transaction for each: waits a moment for further events.
    private async Task GatherAsync(CancellationToken stopping)
    {
        if (!spool.IsEmpty || backlog.Events is 0 || backlog.Events >= _options.BatchEvents || stopping.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await Task.Delay(_options.EventDelay, time, stopping);
        }
        catch (OperationCanceledException)
        {
            // Shutdown: write what is there now.
        }
    }

    private EventBatchBytes? Drain()
    {
        _taken.Clear();
        var events = 0;
        long bytes = 0;
        while (events < _options.BatchEvents && bytes < _options.BatchBytes && blocks.TryRead(out var block))
        {
            backlog.Taken(block);
            events += block.Count;
            bytes += block.Length;
            _taken.Add(block);
        }

        if (events == 0)
        {
            return null;
        }

        var batch = EventBatchBytes.Join(Guid.NewGuid(), _taken);
        journal?.Begin(batch.Key, _taken);
        foreach (var block in _taken)
        {
            block.Return();
        }

        return batch;
    }

    private async Task StoreAsync(EventBatchBytes batch, CancellationToken stopping)
    {
        // No event may overtake those in the spool. When Postgres is slow and memory fills up, events go to disk too. If the spool does not
        // work, Postgres is tried again after the pause.
        if (!spool.IsEmpty || backlog.Bytes > _options.EventBytes / 2 || (_isAway && time.GetTimestamp() < _retryAt) || !await TryWriteAsync(batch, stopping))
        {
            spool.Append(batch);
        }
    }

    private async Task ReplayAsync(CancellationToken stopping)
    {
        EventBatchBytes? batch;
        Action accept;
        try
        {
            batch = spool.Peek(out accept);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The disk cannot return what it stored. It is tried again later, and newer events wait behind it.
            CollectorLog.SpoolFailed(log, failure, spool.Folder);
            WaitBeforeRetry();
            return;
        }

        if (batch is not null && await TryWriteAsync(batch, stopping))
        {
            accept();
            if (spool.IsEmpty)
            {
                CollectorLog.EventSpoolReplayed(log);
            }
        }
    }

    /// <summary>Writes a batch; false when Postgres is away.</summary>
    private async Task<bool> TryWriteAsync(EventBatchBytes batch, CancellationToken stopping)
    {
        using var activity = counters.Activities.StartActivity("events.store");
        activity?.SetTag("mayday.events", batch.Count);
        try
        {
            await WriteAsync(screen.Pass(Read(batch), time.GetUtcNow()), new EventBatchKey(batch.Key), stopping);
            screen.Complete();
            _isAway = false;
            _pause = _options.RetryMin;
            return true;
        }
        catch (Exception failure) when (StoreFailure.IsPostgresAway(failure))
        {
            // The same events come again from the spool and must not be treated as duplicates of themselves.
            screen.TakeBack();
            counters.WriteFailed();
            if (!_isAway)
            {
                CollectorLog.PostgresAwayForEvents(log, failure.GetBaseException().Message, spool.Folder);
            }

            _isAway = true;
            WaitBeforeRetry();
            return false;
        }
        catch (Exception failure)
        {
            // The writer already leaves out what Postgres refuses. This is a defect in our code, and still affects only one batch.
            screen.Complete();
            counters.WriteFailed();
            counters.EventsRefused(batch.Count);
            CollectorLog.EventsRefused(log, batch.Count, failure.GetBaseException().Message);
            return true;
        }
    }

    /// <summary>Writes the "N more" events whose time window is over. If Postgres does not accept them they are kept, and counted as
    /// refused at shutdown.</summary>
    private async Task WriteHeldAsync(IReadOnlyList<ReceivedEvent> events, CancellationToken stopping)
    {
        try
        {
            if (events.Count > 0)
            {
                await WriteAsync(events, new EventBatchKey(Guid.NewGuid()), stopping);
            }

            screen.Complete();
        }
        catch (Exception failure) when (StoreFailure.IsPostgresAway(failure))
        {
            screen.TakeBack();
            counters.WriteFailed();
            if (blocks.Completion.IsCompleted)
            {
                counters.EventsRefused(events.Count);
                CollectorLog.EventsRefused(log, events.Count, failure.GetBaseException().Message);
            }
        }
        catch (Exception failure)
        {
            screen.Complete();
            counters.WriteFailed();
            counters.EventsRefused(events.Count);
            CollectorLog.EventsRefused(log, events.Count, failure.GetBaseException().Message);
        }
    }

    private async Task WriteAsync(IReadOnlyList<ReceivedEvent> events, EventBatchKey key, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(stopping.IsCancellationRequested ? s_lastWrite : _options.WriteTimeout, time);
        var began = time.GetTimestamp();
        var result = await writer.WriteAsync(events, key, limit.Token);
        counters.EventsWritten(result.Accepted, result.Duplicates);
        if (result.Rejected.Count > 0)
        {
            counters.EventsRefused(result.Rejected.Count);
            CollectorLog.EventsRefused(log, result.Rejected.Count, result.Rejected[0].Reason);
        }

        counters.WriteDuration.Record(time.GetElapsedTime(began).TotalSeconds);
    }

    private List<ReceivedEvent> Read(EventBatchBytes batch)
    {
        var claims = new Dictionary<SourceEndPoint, HostClaim>();
        var events = new List<ReceivedEvent>(batch.Count);
        var rest = batch.Entries;
        while (EventEntry.TryTake(ref rest, out var entry))
        {
            var receivedAt = new Moment(0, entry.Arrival).Utc;
            if (entry.Origin == EventOrigin.Printk)
            {
                foreach (var printed in FallbackReader.ReadLog(entry.Record.Span))
                {
                    events.Add(Received(printed, entry, Claim(claims, entry.Source), receivedAt, events.Count));
                }

                continue;
            }

            KernelEvent? said;
            if (entry.Origin == EventOrigin.NetlinkRaw)
            {
                said = EventReader.ReadRaw(entry.Record.Span);
            }
            else if (!EventReader.TryRead(entry.Record.Span, out said, out _))
            {
                // It was valid when it was received, so only a spool of another version can cause this.
                counters.EventsRefused(1);
                continue;
            }

            events.Add(Received(said, entry, entry.HasSource ? Claim(claims, entry.Source) : _itself, receivedAt, events.Count));
        }

        return events;
    }

    private ReceivedEvent Received(KernelEvent said, in EventEntry entry, HostClaim host, DateTimeOffset receivedAt, int place) => new()
    {
        Id = DumpId.At(receivedAt, place),
        ReceivedAt = receivedAt,
        Transport = entry.Transport,
        Host = host,
        Event = said,
        Raw = entry.Record,
        Collector = collector.Name,
    };

    private static HostClaim Claim(Dictionary<SourceEndPoint, HostClaim> claims, SourceEndPoint source)
    {
        if (!claims.TryGetValue(source, out var claim))
        {
            claims[source] = claim = new HostClaim(source.ToAddress(), source.Port);
        }

        return claim;
    }

    private void WaitBeforeRetry()
    {
        _retryAt = time.GetTimestamp() + (long)(_pause.TotalSeconds * time.TimestampFrequency);
        _pause = _pause * 2 < _options.RetryMax ? _pause * 2 : _options.RetryMax;
    }
}
