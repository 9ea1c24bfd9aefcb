using Mayday.Collector.Analysing;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>One shard without sockets over a real journal file, which a test may kill between any two datagrams: nothing is flushed, nothing is closed.</summary>
internal sealed class JournaledIntake : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-journal-").FullName;
    private readonly CollectorOptions _options;
    private readonly DatagramBatch _batch = new(1, 9216);
    private CollectorCounters _counters = new();
    private DumpAnalyst _analyst = null!;
    private DatagramIntake _intake = null!;

    public JournaledIntake(Action<CollectorOptions>? configure = null)
    {
        _options = new CollectorOptions
        {
            Name = "test",
            Receive = { Shards = 1, Batch = 8 },
            Journal = { Directory = Path.Combine(_directory, "journal"), DumpBytes = 8 << 20, LineBytes = 1 << 20 },
        };
        configure?.Invoke(_options);
        Assert.Empty(ValidateCollectorOptions.FindErrors(_options));
        Start();
    }

    public CollectorOptions Options => _options;

    public ShardJournal Journal { get; private set; } = null!;

    public ShardCounters Shard { get; private set; } = null!;

    public string JournalDirectory => _options.Journal.Directory!;

    public string JournalFile => Path.Combine(JournalDirectory, "shard-0.journal");

    /// <summary>What opening the journals said.</summary>
    public HeardLog Log { get; } = new();

    /// <summary>Microseconds since the test's beginning.</summary>
    public long Clock { get; private set; }

    public Moment Now => new(1_000_000_000 + Clock, 1_790_000_000_000_000 + Clock);

    /// <summary>Every dump that reached the store, in its order; one that a kill brings again is there again.</summary>
    public List<FinishedDump> Stored { get; } = [];

    /// <summary>Whether the store says at once that it has a dump. Otherwise <see cref="SettleAll"/>.</summary>
    public Func<bool> Settles { get; set; } = () => true;

    private List<FinishedDump> Unsettled { get; } = [];

    public void Take(in SourceEndPoint source, ReadOnlySpan<byte> datagram)
    {
        _batch.Clear();
        datagram.CopyTo(_batch.Slot(0));
        _batch.Add(datagram.Length, source, isTruncated: false, 0);
        Journal.Begin(_batch);
        Journal.Take(0);
        _intake.Take(_batch.Datagram(0), source, isTruncated: false, Now);
        Collect();
        Journal.Advance();
    }

    public void Pass(TimeSpan time)
    {
        var end = Clock + time.ToMicroseconds();
        while (_intake.NextDeadline is { } deadline && deadline <= 1_000_000_000 + end)
        {
            Clock = Math.Max(Clock, deadline - 1_000_000_000);
            _intake.Tick(Now);
        }

        Clock = end;
        _intake.Tick(Now);
        Collect();
        Journal.Advance();
    }

    public void SettleAll()
    {
        Unsettled.ForEach(dump => dump.Settled?.Invoke());
        Unsettled.Clear();
        Journal.Advance();
    }

    /// <summary>The process is gone; another one starts, perhaps with other settings.</summary>
    public void Kill(Action<CollectorOptions>? configure = null, TimeSpan downtime = default)
    {
        Journal.Dispose();
        _counters.Dispose();
        Unsettled.Clear();
        Clock += downtime.ToMicroseconds();
        configure?.Invoke(_options);
        Start();
    }

    public void Dispose()
    {
        Journal.Dispose();
        _counters.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Start()
    {
        _counters = new CollectorCounters();
        Shard = _counters.AddShard();
        var (journal, left) = Collector.Journal.JournalDirectory.Open(_options, [Shard], _counters, Log)[0];
        Journal = journal!;
        _intake = new DatagramIntake(_options, 1, Shard, NullLogger.Instance, Journal);
        _analyst = new DumpAnalyst("test", _counters, NullLogger.Instance);
        JournalReplay.Run(Journal, left, _intake, Shard, Now, NullLogger.Instance, Collect);
        Collect();
    }

    public long Damaged => _counters.Snapshot().Single(counter => counter.Name == "journal.damaged").Value;

    private void Collect()
    {
        while (_intake.TryTake(out var dump))
        {
            if (_analyst.Finish(dump) is not { } finished)
            {
                continue;
            }

            Stored.Add(finished);
            if (Settles())
            {
                finished.Settled?.Invoke();
            }
            else
            {
                Unsettled.Add(finished);
            }
        }
    }
}
