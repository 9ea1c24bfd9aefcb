using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Mayday.Collector;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Benchmarks;

/// <summary>What the journal adds to a datagram: a line of 120 bytes into the ring of lines, and the whole way of one with and without it.</summary>
[MemoryDiagnoser]
public class JournalWrite
{
    private const int Hosts = 1_024;
    private const int Batch = 256;

    private const int SequenceDigits = 10;

    private readonly byte[] _line = Encoding.ASCII.GetBytes("6,0000000000,501151268,-;usb 1-1: new high-speed USB device number 2 using xhci_hcd, port 3 of hub 2, again and again\n");
    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-benchmark-").FullName;
    private readonly DatagramBatch _batch = new(Batch, 2048);
    private ShardJournal _journal = null!;
    private DatagramIntake _journaled = null!;
    private DatagramIntake _plain = null!;
    private Moment _now = new(1_000_000_000, 1_790_000_000_000_000);
    private int _sequence;

    [GlobalSetup]
    public void Prepare()
    {
        using var counters = new CollectorCounters();
        var options = new CollectorOptions { Name = "benchmark", Journal = { Directory = _directory } };
        var shard = counters.AddShard();
        _journal = JournalDirectory.Open(options, [shard], counters, NullLogger.Instance)[0].Journal!;
        _journaled = new DatagramIntake(options, 1, shard, NullLogger.Instance, _journal);
        _plain = new DatagramIntake(options, 1, shard, NullLogger.Instance);
        for (var i = 0; i < 4_096; i++)
        {
            Journaled();
            Plain();
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _journal.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void KeepLine()
    {
        Fill();
        _journal.Begin(_batch);
        for (var i = 0; i < Batch; i++)
        {
            _journal.Take(i);
            _journal.KeepLine(_now);
        }
    }

    [Benchmark(OperationsPerInvoke = Batch, Baseline = true)]
    public void Plain()
    {
        Fill();
        for (var i = 0; i < Batch; i++)
        {
            _plain.Take(_batch.Datagram(i), _batch.Source(i), isTruncated: false, _now);
        }
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Journaled()
    {
        Fill();
        _journal.Begin(_batch);
        for (var i = 0; i < Batch; i++)
        {
            _journal.Take(i);
            _journaled.Take(_batch.Datagram(i), _batch.Source(i), isTruncated: false, _now);
        }

        _journal.Advance();
    }

    // Bursts of eight lines a host, as kernels send them.
    private void Fill()
    {
        _now = new Moment(_now.Monotonic + 1_000, _now.Unix + 1_000);
        _batch.Clear();
        for (var i = 0; i < Batch; i++)
        {
            var host = (uint)(_sequence / 8 % Hosts);
            _sequence.TryFormat(_line.AsSpan(2, SequenceDigits), out _, "D10", CultureInfo.InvariantCulture);
            _line.CopyTo(_batch.Slot(i));
            _batch.Add(_line.Length, SourceEndPoint.FromIPv4(0x0a000000u + host, 6665), isTruncated: false, 0);
            _sequence++;
        }
    }
}
