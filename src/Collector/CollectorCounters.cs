using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Mayday.Collector.Loss;
using Mayday.Collector.Storing.Dumps;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Ingest;

namespace Mayday.Collector;

/// <summary>Every instrument of the collector, listed in docs/operations.md. Each shard counts in its own fields. They are summed here only
/// when somebody reads them: the meter's listener, or the saver that writes them to Postgres each second.</summary>
public sealed class CollectorCounters : IDisposable
{
    public const string MeterName = "Mayday.Collector";

    private readonly Meter _meter;
    private readonly Lock _gate = new();
    private ShardCounters[] _shards = [];

    private long _complete;
    private long _partial;
    private long _unknowable;
    private long _analysisFailures;
    private long _joinFailures;
    private long _emptyWindows;
    private long _written;
    private long _known;
    private long _thinned;
    private long _writeFailures;
    private long _putAside;
    private long _spooled;
    private readonly long[] _spoolDropped = new long[Enum.GetValues<DumpWorth>().Length];
    private long _spoolExpired;
    private long _archiveStored;
    private long _archiveLost;
    private long _spoolDamaged;
    private long _journalDamaged;
    private long _journalFailed;
    private long _journalEvents;
    private long _eventsWritten;
    private long _eventsKnown;
    private long _eventsRefused;
    private long _eventsSpooled;
    private long _eventsSpoolDropped;

    public CollectorCounters(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        foreach (var group in Describe().GroupBy(series => series.Name))
        {
            var series = group.ToArray();
            var first = series[0];
            var name = "mayday.collector." + first.Name;
            IEnumerable<Measurement<long>> Observe() => series.Select(one => new Measurement<long>(one.Read(), one.TagPairs));
            if (first.Shape != CounterShape.Count)
            {
                _meter.CreateObservableUpDownCounter(name, Observe, first.Unit, first.Description);
            }
            else
            {
                _meter.CreateObservableCounter(name, Observe, first.Unit, first.Description);
            }
        }

        WriteDuration = _meter.CreateHistogram<double>("mayday.collector.store.duration", "s", "Time of one transaction of the store worker");
        StoreLag = _meter.CreateHistogram<double>("mayday.collector.store.lag", "s", "From a dump's last datagram to its commit");
    }

    /// <summary>The activity source of this collector. Like the meter it is not static: a listener selects sources by name, and two
    /// collectors in one process have the same name.</summary>
    internal ActivitySource Activities { get; } = new(MeterName);

    /// <summary>Set by the pipeline: bytes and dumps that currently wait in its queues.</summary>
    internal Func<long> BacklogBytes { get; set; } = () => 0;

    internal Func<long> SpoolBytes { get; set; } = () => 0;

    internal Func<long> SpoolWaiting { get; set; } = () => 0;

    internal Func<long> EventBacklogBytes { get; set; } = () => 0;

    internal Func<long> EventSpoolBytes { get; set; } = () => 0;

    internal Func<long> ArchiveBytes { get; set; } = () => 0;

    internal Histogram<double> WriteDuration { get; }

    internal Histogram<double> StoreLag { get; }

    internal long KernelDrops => Sum(shard => shard.KernelDrops);

    internal long Written => Interlocked.Read(ref _written);

    internal ShardCounters AddShard()
    {
        var shard = new ShardCounters();
        lock (_gate)
        {
            _shards = [.. _shards, shard];
        }

        return shard;
    }

    internal void DumpFinished(FinishedDump dump)
    {
        switch (dump.Completeness.Complete)
        {
            case true:
                Interlocked.Increment(ref _complete);
                break;
            case false:
                Interlocked.Increment(ref _partial);
                break;
            default:
                Interlocked.Increment(ref _unknowable);
                break;
        }
    }

    internal void WindowWasEmpty() => Interlocked.Increment(ref _emptyWindows);

    internal void AnalysisFailed() => Interlocked.Increment(ref _analysisFailures);

    internal void JoinFailed() => Interlocked.Increment(ref _joinFailures);

    internal void DumpWritten(bool isNew) => Interlocked.Increment(ref isNew ? ref _written : ref _known);

    internal void DumpThinned() => Interlocked.Increment(ref _thinned);

    internal void WriteFailed() => Interlocked.Increment(ref _writeFailures);

    internal void DumpPutAside() => Interlocked.Increment(ref _putAside);

    internal void EventsWritten(int events, int known)
    {
        Interlocked.Add(ref _eventsWritten, events);
        Interlocked.Add(ref _eventsKnown, known);
    }

    internal void EventsRefused(int events) => Interlocked.Add(ref _eventsRefused, events);

    internal void EventsSpooled(int events) => Interlocked.Add(ref _eventsSpooled, events);

    internal void EventsSpoolDropped(int events) => Interlocked.Add(ref _eventsSpoolDropped, events);

    internal void DumpsSpooled(int dumps) => Interlocked.Add(ref _spooled, dumps);

    internal void SpoolDropped(DumpWorth worth, int dumps) => Interlocked.Add(ref _spoolDropped[(int)worth], dumps);

    internal void SpoolExpired(int dumps) => Interlocked.Add(ref _spoolExpired, dumps);

    internal void ArchiveStored(int lines) => Interlocked.Add(ref _archiveStored, lines);

    internal void ArchiveLost(int lines) => Interlocked.Add(ref _archiveLost, lines);

    internal void JournalDamaged() => Interlocked.Increment(ref _journalDamaged);

    internal void JournalEventsRestored(int events) => Interlocked.Add(ref _journalEvents, events);

    internal void JournalFailed() => Interlocked.Increment(ref _journalFailed);

    internal void SpoolDamaged() => Interlocked.Increment(ref _spoolDamaged);

    /// <summary>All counted values, with the names that Postgres and the API use (without the prefix <c>mayday.collector.</c>). Gauges of
    /// memory are left out: Postgres adds the values of a new process to those of the one before, which makes no sense for a
    /// gauge.</summary>
    public IReadOnlyList<IngestCounter> Snapshot() =>
        [.. Describe().Where(series => series.Shape != CounterShape.Level).Select(series => new IngestCounter(series.Name, series.Tags, series.Read()))];

    public void Dispose()
    {
        _meter.Dispose();
        Activities.Dispose();
    }

    private long Sum(Func<ShardCounters, long> field)
    {
        long sum = 0;
        foreach (var shard in Volatile.Read(ref _shards))
        {
            sum += field(shard);
        }

        return sum;
    }

    private IEnumerable<CounterSeries> Describe()
    {
        foreach (var format in Enum.GetValues<DatagramFormat>())
        {
            yield return new("datagrams.received", "format", ToWord(format), "{datagram}", "Datagrams received", () => Sum(shard => shard.ReceivedOf(format)));
        }

        foreach (var reason in Enum.GetValues<PacketRejectReason>().Where(reason => reason != PacketRejectReason.None))
        {
            yield return new("datagrams.rejected", "reason", ToCamel(reason), "{datagram}", "Datagrams refused", () => Sum(shard => shard.RejectedFor(reason)));
        }

        foreach (var table in Enum.GetValues<EvictedTable>())
        {
            yield return new("table.evictions", "table", ToCamel(table), "{entry}", "Entries that gave way in a full table", () => Sum(shard => shard.EvictedFrom(table)));
        }

        foreach (var transport in LossSaver.Transports)
        {
            var word = transport.ToWord();
            yield return new("loss.received", "transport", word, "{packet}", "Packets of the fleet that came, doubled ones once", () => Sum(shard => shard.LossesOf(transport).Received));
            yield return new("loss.lost", "transport", word, "{packet}", "Packets of the fleet known not to have come", () => Sum(shard => shard.LossesOf(transport).Lost), CounterShape.Balance);
            yield return new("loss.lost_text", "transport", word, "{packet}", "Of the lost, those whose text came in no other copy", () => Sum(shard => shard.LossesOf(transport).LostText), CounterShape.Balance);
            yield return new("loss.duplicates", "transport", word, "{packet}", "Packets that came again", () => Sum(shard => shard.LossesOf(transport).Duplicates));
            yield return new("loss.reordered", "transport", word, "{packet}", "Packets that came after one that was sent later", () => Sum(shard => shard.LossesOf(transport).Reordered));
            yield return new("loss.unknowable", "transport", word, "{packet}", "Received packets of senders that cannot tell what was lost", () => Sum(shard => shard.LossesOf(transport).Unknowable), CounterShape.Balance);
        }

        yield return new("archive.lines", "{line}", "Console lines that went to the log archive", () => Sum(shard => shard.ArchiveLines));
        yield return new("archive.stored", "{line}", "Console lines that the log archive has in Postgres", () => Interlocked.Read(ref _archiveStored));
        yield return new("archive.dropped", "reason", "queue", "{line}", "Console lines that the log archive lost", () => Sum(shard => shard.ArchiveDropped));
        yield return new("archive.dropped", "reason", "memory", "{line}", "Console lines that the log archive lost", () => Interlocked.Read(ref _archiveLost));
        yield return new("archive.bytes", "By", "Bytes that the log archive holds in memory", () => ArchiveBytes(), CounterShape.Level);
        yield return new("loss.waiting", "{sender}", "Senders whose accounts wait to be saved", () => Sum(shard => shard.LossWaiting), CounterShape.Level);
        yield return new("datagrams.bytes", "By", "Bytes of datagrams received", () => Sum(shard => shard.Bytes));
        yield return new("datagrams.kernel_drops", "{datagram}", "Datagrams dropped by the kernel because a socket's buffer was full", () => Sum(shard => shard.KernelDrops));
        yield return new("fragments.duplicates", "{fragment}", "Copies of fragments that were there already (netoops sends each three times)", () => Sum(shard => shard.DuplicateFragments));
        yield return new("fragments.conflicting", "{fragment}", "Fragments with the number of another and different bytes", () => Sum(shard => shard.ConflictingFragments));
        yield return new("fragments.late", "{fragment}", "Fragments that came after their dump went out as partial", () => Sum(shard => shard.LateFragments));
        yield return new("fragments.refused", "{fragment}", "Fragments of a dump that was as large as a dump may be", () => Sum(shard => shard.RefusedFragments));
        yield return new("records.incomplete", "{record}", "netconsole records of which not all fragments came", () => Sum(shard => shard.IncompleteRecords));
        yield return new("records.duplicates", "{record}", "netconsole records that came again", () => Sum(shard => shard.DuplicateRecords));
        yield return new("records.late", "{record}", "netconsole records that came out of order", () => Sum(shard => shard.LateRecords));
        yield return new("records.missing", "evidence", "messageId", "{record}", "netconsole records known to be lost, or holes in their numbers", () => Sum(shard => shard.MissingByMessageId), CounterShape.Balance);
        yield return new("records.missing", "evidence", "sequence", "{record}", "netconsole records known to be lost, or holes in their numbers", () => Sum(shard => shard.MissingBySequence), CounterShape.Balance);
        yield return new("streams.restarts", "{restart}", "netconsole streams whose record numbers began again", () => Sum(shard => shard.StreamRestarts));
        yield return new("windows.opened", "{window}", "Crash windows opened", () => Sum(shard => shard.WindowsOpened));
        yield return new("windows.empty", "{window}", "Crash windows that turned out to hold no crash", () => Interlocked.Read(ref _emptyWindows));
        yield return new("dumps.complete", "{dump}", "Dumps of which nothing is missing", () => Interlocked.Read(ref _complete));
        yield return new("dumps.partial", "{dump}", "Dumps of which something is missing", () => Interlocked.Read(ref _partial));
        yield return new("dumps.unknowable", "{dump}", "Dumps of which it cannot be told", () => Interlocked.Read(ref _unknowable));
        yield return new(IngestCounterNames.DroppedDumps, "reason", "backlog", "{dump}", "Dumps lost inside the collector", () => Sum(shard => shard.BacklogDropped));
        yield return new(IngestCounterNames.DroppedDumps, "reason", "join", "{dump}", "Dumps lost inside the collector", () => Interlocked.Read(ref _joinFailures));
        yield return new("intake.failures", "{failure}", "Datagrams that met a defect of the collector", () => Sum(shard => shard.InternalFailures));
        yield return new("analysis.failures", "{dump}", "Dumps stored without crashes because the analysis failed", () => Interlocked.Read(ref _analysisFailures));
        yield return new("dumps.stored", "{dump}", "Dumps written to Postgres", () => Interlocked.Read(ref _written));
        yield return new("dumps.known", "{dump}", "Dumps that Postgres had already", () => Interlocked.Read(ref _known));
        yield return new(IngestCounterNames.ThinnedDumps, "{dump}", "Dumps stored without their log, because their bug had enough of them", () => Interlocked.Read(ref _thinned));
        yield return new("dumps.put_aside", "{dump}", "Dumps that Postgres refuses, kept in the spool directory", () => Interlocked.Read(ref _putAside));
        yield return new("store.failures", "{batch}", "Batches that could not be written", () => Interlocked.Read(ref _writeFailures));
        yield return new("spool.written", "{dump}", "Dumps that went to the spool", () => Interlocked.Read(ref _spooled));
        foreach (var worth in Enum.GetValues<DumpWorth>())
        {
            yield return new("spool.dropped", "worth", ToCamel(worth), "{dump}", "Dumps lost because the spool was full or could not be written, by what they were", () => Interlocked.Read(ref _spoolDropped[(int)worth]));
        }

        yield return new("spool.expired", "{dump}", "Dumps lost because Postgres was away for longer than the spool keeps them", () => Interlocked.Read(ref _spoolExpired));
        yield return new("spool.damaged", "{segment}", "Spool segments found damaged", () => Interlocked.Read(ref _spoolDamaged));
        yield return new("journal.restored", "{dump}", "Dumps and windows that came back from the journal at the start", () => Sum(shard => shard.JournalRestored));
        yield return new("journal.events_restored", "{event}", "Events that came back from the journal at the start", () => Interlocked.Read(ref _journalEvents));
        yield return new("journal.unprotected", "{dump}", "Dumps that found no room in the journal: a kill would have lost them", () => Sum(shard => shard.JournalUnprotected));
        yield return new("journal.given_up", "{dump}", "Dumps whose restore ended the process again and again", () => Sum(shard => shard.JournalGivenUp));
        yield return new("journal.damaged", "{file}", "Journal files found damaged and put aside", () => Interlocked.Read(ref _journalDamaged));
        yield return new("journal.failures", "{start}", "Starts without a journal because the disk had no room", () => Interlocked.Read(ref _journalFailed));
        yield return new("journal.bytes", "By", "Bytes of dumps in the journal", () => Sum(shard => shard.JournalBytes), CounterShape.Level);
        yield return new("spool.dumps", "{dump}", "Dumps in the spool now", () => SpoolWaiting(), CounterShape.StoredLevel);
        yield return new("spool.bytes", "By", "Bytes of the spool now", () => SpoolBytes(), CounterShape.StoredLevel);
        yield return new("events.received", "{event}", "Kernel events received", () => Sum(shard => shard.EventsReceived));
        yield return new("events.dropped", "reason", "backlog", "{event}", "Kernel events lost inside the collector", () => Sum(shard => shard.EventsDropped));
        yield return new("events.dropped", "reason", "spool", "{event}", "Kernel events lost inside the collector", () => Interlocked.Read(ref _eventsSpoolDropped));
        yield return new("events.dropped", "reason", "refused", "{event}", "Kernel events lost inside the collector", () => Interlocked.Read(ref _eventsRefused));
        yield return new("events.stored", "{event}", "Kernel events written to Postgres", () => Interlocked.Read(ref _eventsWritten));
        yield return new("events.known", "{event}", "Kernel events that Postgres had already", () => Interlocked.Read(ref _eventsKnown));
        yield return new("events.spooled", "{event}", "Kernel events that went to the spool", () => Interlocked.Read(ref _eventsSpooled));
        yield return new("events.spool_bytes", "By", "Bytes of kernel events in the spool now", () => EventSpoolBytes(), CounterShape.Level);
        yield return new("events.backlog_bytes", "By", "Bytes of kernel events that wait for the store", () => EventBacklogBytes(), CounterShape.Level);
        yield return new("netlink.overruns", "{overrun}", "Times that the kernel had no room for netlink messages", () => Sum(shard => shard.NetlinkOverruns));
        yield return new("netlink.drops", "{message}", "Netlink messages dropped by the kernel because the socket's buffer was full", () => Sum(shard => shard.NetlinkDrops));
        yield return new("backlog.bytes", "By", "Bytes of dumps that wait for analysis", () => BacklogBytes(), CounterShape.Level);
        yield return new("pending.dumps", "{dump}", "netoops dumps in flight", () => Sum(shard => shard.PendingDumps), CounterShape.Level);
        yield return new("pending.bytes", "By", "Log bytes of netoops dumps in flight", () => Sum(shard => shard.PendingBytes), CounterShape.Level);
        yield return new("streams.known", "{stream}", "netconsole streams known", () => Sum(shard => shard.Streams), CounterShape.Level);
        yield return new("lines.bytes", "By", "Bytes of lines kept before crashes", () => Sum(shard => shard.RingBytes), CounterShape.Level);
        yield return new("windows.bytes", "By", "Bytes of open crash windows", () => Sum(shard => shard.WindowBytes), CounterShape.Level);
    }

    private static string ToWord(DatagramFormat format) => format switch
    {
        DatagramFormat.Netoops => Transport.Netoops.ToWord(),
        DatagramFormat.NetconsoleExtended => Transport.Netconsole.ToWord(),
        DatagramFormat.NetconsoleBasic => Transport.NetconsoleBasic.ToWord(),
        DatagramFormat.Evlog => Transport.Evlog.ToWord(),
        _ => "unknown",
    };

    private static string ToCamel<T>(T member)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(member.ToString());
}

/// <summary>How a value changes over time.</summary>
internal enum CounterShape
{
    /// <summary>Only grows.</summary>
    Count,

    /// <summary>A count that can go down a little when late packets arrive.</summary>
    Balance,

    /// <summary>A gauge: the current value.</summary>
    Level,

    /// <summary>A gauge that the store also knows as one (IngestCounterNames.Levels).</summary>
    StoredLevel,
}

/// <summary>One value of one instrument: its name, an optional tag, and the function that reads it.</summary>
internal sealed record CounterSeries(string Name, string? Tag, string? TagValue, string Unit, string Description, Func<long> Read, CounterShape Shape = CounterShape.Count)
{
    public CounterSeries(string name, string unit, string description, Func<long> read, CounterShape shape = CounterShape.Count)
        : this(name, null, null, unit, description, read, shape)
    {
    }

    public string Tags => Tag is null ? "" : $"{Tag}={TagValue}";

    public KeyValuePair<string, object?>[] TagPairs => Tag is null ? [] : [new(Tag, TagValue)];
}
