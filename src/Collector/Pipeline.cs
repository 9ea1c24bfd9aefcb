using System.Net.Sockets;
using System.Threading.Channels;
using Mayday.Collector.Analysing;
using Mayday.Collector.Archive;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Mayday.Collector.Loss;
using Mayday.Collector.Receive;
using Mayday.Collector.Storing.Dumps;
using Mayday.Collector.Storing.Events;
using Mayday.Events.Screening;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector;

/// <summary>
/// All stages of the collector. This is the only place where channels are created.
/// <code>
///   shard thread: receive -> parse -> reassemble        one per shard, no lock, never waits for later stages
///        | waiting (one channel per worker; full: the new dump is refused and counted)
///   analyse                                              joins the text, finds crashes
///        | finished (one channel; full: analysis waits)
///   store                                                batches to Postgres, or the spool
///
///   shard thread, netlink thread: receive -> check       kernel events, still as bytes
///        | events (one channel; full: the new events are refused and counted)
///   store events                                         reads them, batches to Postgres, or the spool
///   shard thread -> lines (one channel; full: they are dropped and counted) -> archive      where ordinary lines are kept
/// </code>
/// A dump is owned by one stage at a time, and no stage calls an earlier one. Shutdown runs in the same order: the listeners stop first, then
/// each stage stops when the one before it has handed on its last dump.
/// </summary>
internal sealed class Pipeline : IAsyncDisposable
{
    // Blocks of one wake-up each. The queue to the event store is bounded by bytes (Collector:Storing:EventBytes); this number only bounds
    // the queue's own size.
    private const int MaxEventBlocks = 65_536;

    private readonly DatagramListener[] _listeners;
    private readonly (ShardJournal? Journal, RestoredJournal[] Left)[] _journals;
    private readonly Channel<WaitingDump>[] _waiting;
    private readonly Channel<FinishedDump> _finished;
    private readonly Channel<EventBlock> _events;
    private readonly EventJournal? _eventJournal;
    private readonly EventStoreWorker? _eventStore;
    private readonly NetlinkListener? _netlink;
    private readonly AnalysisBacklog _backlog;
    private readonly DumpAnalyst _analyst;
    private readonly StoreWorker? _store;
    private readonly Channel<ArchiveBatch>? _lines;
    private readonly ArchiveWorker? _archive;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _log;
    private readonly CollectorOptions _options;
    private readonly TimeProvider _time;
    private Task[] _analysing = [];
    private Task _storing = Task.CompletedTask;
    private Task _storingEvents = Task.CompletedTask;
    private Task _archiving = Task.CompletedTask;

    private Pipeline(
        CollectorOptions options, ShardSocket[][] shards, CrashWriter? writer, DumpSpool? spool, EventStore? eventStore, CollectorCounters counters, TimeProvider time, ILogger log,
        bool isPortable, bool isJournaled, bool keepsSockets, LogArchive? archive)
    {
        _log = log;
        _options = options;
        _time = time;
        _waiting = [.. Enumerable.Range(0, options.Storing.AnalysisWorkers).Select(_ => Channel.CreateBounded<WaitingDump>(
            new BoundedChannelOptions(Math.Max(1, options.Storing.AnalysisCapacity / options.Storing.AnalysisWorkers))
            {
                FullMode = BoundedChannelFullMode.Wait,
                SingleReader = true,
            }))];
        _finished = Channel.CreateBounded<FinishedDump>(new BoundedChannelOptions(options.Storing.StoreCapacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
        _events = Channel.CreateBounded<EventBlock>(new BoundedChannelOptions(MaxEventBlocks) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
        var events = new EventBacklog(_events, options.Storing.EventBytes);

        if (options.Netconsole.Archive && archive is not null)
        {
            _lines = Channel.CreateBounded<ArchiveBatch>(new BoundedChannelOptions(options.Archive.QueueBatches) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
            _archive = new ArchiveWorker(_lines.Reader, archive, options.Archive, counters, time, log);
        }

        _backlog = new AnalysisBacklog(_waiting, options.Storing.BacklogBytes, Math.Max(1, options.Storing.AnalysisCapacity / options.Storing.AnalysisWorkers));
        _analyst = new DumpAnalyst(options.Name, counters, log);
        ShardCounters[] counted = [.. shards.Select(_ => counters.AddShard())];
        _journals = isJournaled ? JournalDirectory.Open(options, counted, counters, log) : [.. shards.Select(_ => ((ShardJournal?)null, Array.Empty<RestoredJournal>()))];
        if (eventStore is not null && _journals.Any(one => one.Journal is not null))
        {
            _eventJournal = EventJournal.Open(options, _journals, eventStore.Spool, counters, log);
        }

        var losses = new List<LossLedger>(shards.Length);
        _listeners = [.. shards.Select((sockets, index) =>
        {
            var shard = counted[index];
            var (journal, left) = _journals[index];
            var feed = _lines is null ? null : new ArchiveFeed(_lines.Writer, options.Archive, shard);
            var intake = new DatagramIntake(options, shards.Length, shard, log, journal, feed);
            losses.Add(intake.Loss);
            return new DatagramListener(index, sockets, intake, _backlog, events, shard, options.Receive, time, log, isPortable, journal, left) { LeavesInFlight = keepsSockets };
        })];
        Losses = losses;
        counters.BacklogBytes = () => _backlog.Bytes;
        counters.EventBacklogBytes = () => events.Bytes;
        if (ListenOf(options) is { } listen)
        {
            _netlink = NetlinkListener.Open(listen, options.Receive.SocketBufferBytes, events, counters.AddShard(), time, log);
            CollectorLog.ListeningToNetlink(log, listen.Protocol, listen.Groups, listen.TakesUserSpace ? "programs may send too" : "from the kernel only");
        }

        if (eventStore is { } store)
        {
            counters.EventSpoolBytes = () => store.Spool.Bytes;
            _eventStore = new EventStoreWorker(_events.Reader, events, store.Writer, store.Screen, store.Spool, options, counters, time, log, _eventJournal);
        }

        if (writer is not null && spool is not null)
        {
            counters.SpoolBytes = () => spool.Bytes;
            counters.SpoolWaiting = () => spool.Count;
            _store = new StoreWorker(_finished.Reader, writer, spool, _analyst, options.Storing, counters, time, log,
                // Memory fills up because the store is slow: dumps go through the disk then, so that none has to be dropped.
                isBehind: () => _backlog.IsHalfFull);
        }
    }

    public CollectorPorts Ports { get; private init; } = new(null, null, null);

    /// <summary>The port that the netlink socket is bound to; null without a netlink socket.</summary>
    public uint? NetlinkPort => _netlink?.Port;

    /// <summary>Completes when the netlink thread has ended.</summary>
    public Task NetlinkEnded => _netlink?.Ended ?? Task.CompletedTask;

    public int Shards => _listeners.Length;

    /// <summary>Each shard's accounts of which packets arrived and which did not.</summary>
    public IReadOnlyList<LossLedger> Losses { get; }

    /// <summary>The dumps on their way to the store, for tests that open the pipeline without a writer.</summary>
    public ChannelReader<FinishedDump> Finished => _finished.Reader;

    /// <summary>The event blocks on their way to the event store, for tests that open the pipeline without one.</summary>
    public ChannelReader<EventBlock> Events => _events.Reader;

    /// <summary>Completes when a stage ended unexpectedly. The process must then stop, because it would receive dumps and not store
    /// them.</summary>
    public Task Failure => Task.WhenAny(
        [
            _store is null ? Task.Delay(Timeout.Infinite, _stopping.Token) : _storing,
            _eventStore is null ? Task.Delay(Timeout.Infinite, _stopping.Token) : _storingEvents,
            _netlink is null ? Task.Delay(Timeout.Infinite, _stopping.Token) : _netlink.Ended,
            .. _analysing,
            .. _listeners.Select(listener => listener.Ended),
        ]);

    /// <summary>Binds the ports. Nothing runs yet.</summary>
    /// <exception cref="CollectorStartException">A port or the netlink protocol cannot be listened on.</exception>
    public static Pipeline Open(
        CollectorOptions options, CrashWriter? writer, DumpSpool? spool, CollectorCounters counters, TimeProvider time, ILogger log, bool isPortable = false,
        bool isJournaled = false, ILookup<string, Socket>? handed = null, EventStore? events = null, LogArchive? archive = null)
    {
        var (shards, ports) = ListenerSockets.Open(options, log, handed);
        var keepsSockets = shards.Sum(shard => shard.Length) == handed?.Sum(sockets => sockets.Count());
        try
        {
            return new Pipeline(options, shards, writer, spool, events, counters, time, log, isPortable, isJournaled, keepsSockets, archive)
            {
                Ports = ports with { Netlink = ListenOf(options) },
            };
        }
        catch
        {
            foreach (var socket in shards.SelectMany(shard => shard))
            {
                socket.Dispose();
            }

            throw;
        }
    }

    private static NetlinkListen? ListenOf(CollectorOptions options) =>
        options.Netlink is { } text && NetlinkListen.TryParse(text, out var listen, out _) ? listen : null;

    public void Start()
    {
        _storing = _store is null ? Task.CompletedTask : Task.Run(() => GuardAsync(_store.RunAsync(_stopping.Token)));
        _archiving = _archive is null ? Task.CompletedTask : Task.Run(_archive.RunAsync);
        _analysing = [.. _waiting.Select(channel => Task.Run(() => GuardAsync(_analyst.RunAsync(channel.Reader, _backlog, _finished.Writer))))];
        _storingEvents = _eventStore is null ? Task.CompletedTask : Task.Run(() => GuardAsync(_eventStore.RunAsync(_stopping.Token)));
        foreach (var listener in _listeners)
        {
            listener.Start();
        }

        if (_store is not null)
        {
            _ = Task.Run(() => ReceiveWarmUp.RunAsync(_options, _time, _stopping.Token));
        }

        _netlink?.Start();
    }

    /// <summary>Stops the stages in order; returns when the last dump is written or spooled.</summary>
    public async Task StopAsync()
    {
        var listeners = Task.WhenAll([.. _listeners.Select(listener => listener.StopAsync()), _netlink?.StopAsync() ?? Task.CompletedTask]);
        await _stopping.CancelAsync();
        try
        {
            await listeners;
        }
        finally
        {
            _lines?.Writer.TryComplete();
            foreach (var channel in _waiting)
            {
                channel.Writer.TryComplete();
            }

            try
            {
                await Task.WhenAll(_analysing);
            }
            finally
            {
                _finished.Writer.TryComplete();
                _events.Writer.TryComplete();
                await Task.WhenAll(_storing, _storingEvents, _archiving);

                // The shards have ended, so the dumps that were stored last are settled in the journal here.
                foreach (var (journal, _) in _journals)
                {
                    journal?.Advance();
                }
            }
        }
    }

    // A stage that fails stops the others too, so that none waits forever for room in a queue.
    private async Task GuardAsync(Task stage)
    {
        try
        {
            await stage;
        }
        catch (Exception failure)
        {
            if (failure is not ChannelClosedException)
            {
                CollectorLog.StageFailed(_log, failure);
            }

            _finished.Writer.TryComplete(failure);
            _events.Writer.TryComplete(failure);
            foreach (var channel in _waiting)
            {
                channel.Writer.TryComplete(failure);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        _netlink?.Dispose();
        _eventJournal?.Dispose();
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Where kernel events go.</summary>
internal sealed record EventStore(EventWriter Writer, EventScreen Screen, EventSpool Spool);
