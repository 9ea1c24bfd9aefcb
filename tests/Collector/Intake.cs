using System.Net;
using Mayday.Collector.Analysing;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>One shard without sockets, and a clock that the test moves.</summary>
internal sealed class Intake
{
    public static readonly SourceEndPoint Web12 = SourceEndPoint.From(new IPEndPoint(IPAddress.Parse("10.0.0.12"), 6665));
    public static readonly SourceEndPoint Db03 = SourceEndPoint.From(new IPEndPoint(IPAddress.Parse("10.0.0.3"), 6665));

    private readonly DatagramIntake _intake;
    private readonly DumpAnalyst _analyst;

    public Intake(Action<CollectorOptions>? configure = null)
    {
        var options = new CollectorOptions { Name = "test" };
        configure?.Invoke(options);
        Assert.Empty(ValidateCollectorOptions.FindErrors(options));
        var counters = new CollectorCounters();
        Shard = counters.AddShard();
        _intake = new DatagramIntake(options, 1, Shard, NullLogger.Instance);
        _analyst = new DumpAnalyst("test", counters, NullLogger.Instance);
    }

    public DatagramIntake Machine => _intake;

    public ShardCounters Shard { get; }

    /// <summary>Milliseconds since the test's beginning.</summary>
    public long Clock { get; private set; }

    public List<FinishedDump> Dumps { get; } = [];

    public Moment Now => new(1_000_000_000 + Clock * 1000, 1_790_000_000_000_000 + Clock * 1000);

    public Intake Take(ReadOnlySpan<byte> datagram) => Take(Web12, datagram);

    public Intake Take(in SourceEndPoint source, ReadOnlySpan<byte> datagram, bool isTruncated = false)
    {
        _intake.Take(datagram, source, isTruncated, Now);
        Collect();
        return this;
    }

    public Intake Take(string text) => Take(System.Text.Encoding.Latin1.GetBytes(text));

    /// <summary>Lets time pass; everything whose deadline falls into it happens at its deadline.</summary>
    public Intake Pass(long milliseconds)
    {
        var end = Clock + milliseconds;
        while (_intake.NextDeadline is { } deadline && deadline <= 1_000_000_000 + end * 1000)
        {
            Clock = Math.Max(Clock, (deadline - 1_000_000_000 + 999) / 1000);
            _intake.Tick(Now);
        }

        Clock = end;
        _intake.Tick(Now);
        Collect();
        return this;
    }

    public Intake Flush()
    {
        _intake.Flush(Now);
        Collect();
        return this;
    }

    public Intake Replay(IEnumerable<CapturedDatagram> capture, SourceEndPoint? source = null)
    {
        long? first = null;
        var began = Clock;
        foreach (var datagram in capture)
        {
            first ??= datagram.Arrival;
            Pass(Math.Max(0, began + (datagram.Arrival - first.Value) / 1000 - Clock));
            Take(source ?? Web12, datagram.Bytes);
        }

        return this;
    }

    private void Collect()
    {
        while (_intake.TryTake(out var dump))
        {
            if (_analyst.Finish(dump) is { } finished)
            {
                Dumps.Add(finished);
            }
        }
    }
}
