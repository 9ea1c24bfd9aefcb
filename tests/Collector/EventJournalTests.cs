using System.Globalization;
using System.Text;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Mayday.Collector.Storing.Dumps;
using Mayday.Collector.Storing.Events;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>Events that a killed process had received come back, and those that were on their way to Postgres under the key that they had.</summary>
public sealed class EventJournalTests : IDisposable
{
    private static readonly SourceEndPoint s_machine = SourceEndPoint.FromIPv4(0x0a010001u, 4000);
    private static readonly Moment s_now = new(1_000_000_000, 1_790_000_000_000_000);

    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-event-journal-").FullName;
    private readonly CollectorOptions _options;
    private readonly DatagramBatch _batch = new(1, 9216);
    private CollectorCounters _counters = null!;
    private ShardCounters _shard = null!;
    private ShardJournal _journal = null!;
    private EventJournal _events = null!;
    private EventSpool _spool = null!;
    private DumpSpool _dumps = null!;
    private DatagramIntake _intake = null!;

    public EventJournalTests()
    {
        _options = new CollectorOptions
        {
            Name = "test",
            Receive = { Shards = 1, Batch = 8 },
            Spool = { Directory = Path.Combine(_directory, "spool") },
            Journal = { Directory = Path.Combine(_directory, "journal"), DumpBytes = 8 << 20, LineBytes = 1 << 20 },
        };
        Start();
    }

    public void Dispose()
    {
        End();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Events_ThatNobodyTook_AreInTheSpoolOfTheNextProcess()
    {
        Take(0, 1, 2);
        _ = TakeBlock();
        Take(3);

        Kill();

        Assert.Equal([0, 1, 2, 3], Spooled().SelectMany(NumbersOf));
        Assert.Equal(4, Count("journal.events_restored"));
        Assert.Equal(4, Count("events.spooled"));
    }

    [Fact]
    public void Batch_ThatWasOnItsWay_KeepsItsKeyAndItsEvents()
    {
        Take(0, 1);
        var first = TakeBlock();
        Take(2);
        var second = TakeBlock();
        Take(3, 4);
        _ = TakeBlock();
        var key = Guid.NewGuid();
        _events.Begin(key, [first, second]);

        Kill();

        var batches = Spooled();
        Assert.Equal(key, batches[0].Key);
        Assert.Equal([0, 1, 2], NumbersOf(batches[0]));
        Assert.Equal([3, 4], NumbersOf(Assert.Single(batches[1..])));
        Assert.NotEqual(key, batches[1].Key);
    }

    [Fact]
    public void Batch_ThatWasStored_DoesNotComeBack_ThoughNobodyStruckItOut()
    {
        Take(0, 1);
        EventBlock[] stored = [TakeBlock()];
        _events.Begin(Guid.NewGuid(), stored);
        _events.End(stored);
        Take(2);

        Kill();

        Assert.Equal([2], Spooled().SelectMany(NumbersOf));
    }

    [Fact]
    public void Tickets_GoOnBehindStoredOnes_AfterAnEmptyJournal()
    {
        Take(0);
        EventBlock[] stored = [TakeBlock()];
        _events.Begin(Guid.NewGuid(), stored);
        _events.End(stored);
        _journal.Advance();
        Kill();
        Assert.Empty(Spooled());

        Take(1);
        Kill();

        Assert.Equal([1], Spooled().SelectMany(NumbersOf));
    }

    [Fact]
    public void SecondKill_BeforeTheFirstRestoreWasStruckOut_BringsTheSameKeys()
    {
        _options.Storing.BatchEvents = 2;
        for (var i = 0; i < 5; i++)
        {
            Take(i);
            _ = TakeBlock();
        }

        // As if the process had ended after the spool had them, before the journal said so.
        End();
        var journal = File.ReadAllBytes(JournalFile);
        Start();
        var keys = Spooled().Select(batch => batch.Key).ToArray();
        End();
        File.WriteAllBytes(JournalFile, journal);
        Start();

        var batches = Spooled();
        Assert.Equal(3, keys.Distinct().Count());
        Assert.Equal(keys, batches.Select(batch => batch.Key));
        Assert.Equal([0, 1, 2, 3, 4], batches.SelectMany(NumbersOf));
    }

    [Fact]
    public void Events_ThatOtherSettingsLeft_AreRestoredToo()
    {
        Take(0, 1);
        var block = TakeBlock();
        var key = Guid.NewGuid();
        _events.Begin(key, [block]);
        End();
        _options.Journal.DumpBytes = 4 << 20;
        Start();

        var batch = Assert.Single(Spooled());
        Assert.Equal(key, batch.Key);
        Assert.Equal([0, 1], NumbersOf(batch));
    }

    [Fact]
    public void PrintedRecord_ComesBackAsItWasPrinted()
    {
        var line = Encoding.ASCII.GetBytes("6,100,5000,-;evlog packet dropped: size=0 fmt=0 evty=0x15 fac=scsi sev=4 uid=0 gid=0 pid=77 pgrp=70 flags=0x2 cpu=1\n");
        Hand(line);
        var printed = TakeBlock();

        Kill();

        ReadOnlyMemory<byte> entries = Assert.Single(Spooled()).Entries;
        Assert.True(EventEntry.TryTake(ref entries, out var entry));
        Assert.Equal((EventOrigin.Printk, true), (entry.Origin, entries.IsEmpty));
        Assert.Equal(1, printed.Count);
        Assert.StartsWith("evlog packet dropped", Encoding.ASCII.GetString(entry.Record.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void BatchFile_ThatIsDamaged_CostsNoEvent()
    {
        Take(0, 1);
        _events.Begin(Guid.NewGuid(), [TakeBlock()]);
        End();
        var bytes = File.ReadAllBytes(WayFile);
        bytes[20] ^= 1;
        File.WriteAllBytes(WayFile, bytes);
        Start();

        Assert.Equal([0, 1], Spooled().SelectMany(NumbersOf));
    }

    private string JournalFile => Path.Combine(_options.Journal.Directory!, "shard-0.journal");

    private string WayFile => Path.Combine(_options.Journal.Directory!, "events.batch");

    private long Count(string name) => _counters.Snapshot().Where(counter => counter.Name == name).Sum(counter => counter.Value);

    private void Start()
    {
        _counters = new CollectorCounters();
        _shard = _counters.AddShard();
        _dumps = DumpSpool.Open(_options.Spool, _counters, NullLogger.Instance);
        _spool = EventSpool.Open(_dumps, _options.Spool, _counters, NullLogger.Instance);
        var opened = JournalDirectory.Open(_options, [_shard], _counters, NullLogger.Instance);
        _journal = opened[0].Journal!;
        _events = EventJournal.Open(_options, opened, _spool, _counters, NullLogger.Instance);
        _intake = new DatagramIntake(_options, 1, _shard, NullLogger.Instance, _journal);
        JournalReplay.Run(_journal, opened[0].Left, _intake, _shard, s_now, NullLogger.Instance, () => { });
    }

    // The process is gone: nothing is flushed, nothing is settled.
    private void Kill()
    {
        End();
        Start();
    }

    private void End()
    {
        _journal.Dispose();
        _events.Dispose();
        _dumps.Dispose();
        _counters.Dispose();
    }

    private void Take(params int[] numbers) => Hand([.. numbers.SelectMany(Record)]);

    private void Hand(byte[] datagram)
    {
        _batch.Clear();
        datagram.CopyTo(_batch.Slot(0));
        _batch.Add(datagram.Length, s_machine, isTruncated: false, 0);
        _journal.Begin(_batch);
        _journal.Take(0);
        _intake.Take(_batch.Datagram(0), s_machine, isTruncated: false, s_now);
    }

    private EventBlock TakeBlock()
    {
        Assert.True(_intake.TryTakeEvents(out var block));
        return block;
    }

    private List<EventBatchBytes> Spooled()
    {
        var batches = new List<EventBatchBytes>();
        while (_spool.Peek(out var accept) is { } batch)
        {
            batches.Add(batch);
            accept();
        }

        return batches;
    }

    private static byte[] Record(int number)
    {
        var body = PrintfPacker.Pack("event %d"u8, [PrintfValue.Of(number)], 8, false, out _);
        var frame = new byte[EvlogWriter.FrameLength(EvlogLayout.Netlink, body.Length)];
        EvlogWriter.WriteFrame(
            new EvlogHeader { Facility = "test", Severity = Severity.Error, Format = EvlogFormat.Printf, Flags = EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc, Pid = number },
            body, EvlogLayout.Netlink, false, frame);
        return frame;
    }

    private static IEnumerable<int> NumbersOf(EventBatchBytes batch)
    {
        var rest = batch.Entries;
        while (EventEntry.TryTake(ref rest, out var entry))
        {
            Assert.Equal(s_machine, entry.Source);
            Assert.True(EventReader.TryRead(entry.Record.Span, out var said, out _));
            yield return int.Parse(said.Text["event ".Length..], CultureInfo.InvariantCulture);
        }
    }
}
