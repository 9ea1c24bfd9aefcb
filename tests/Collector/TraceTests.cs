using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mayday.Collector.Analysing;
using Mayday.Collector.Storing.Dumps;
using Mayday.Store.Crashes;
using Mayday.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>
/// A dump's trace from packet to commit, as a listener of the activity source sees it: real sockets, real Postgres. Collectors of other tests run in this
/// process at the same time, so each listener hears the source of one collector only.
/// </summary>
public sealed class TraceTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-trace-").FullName;
    private readonly ConcurrentQueue<Activity> _ended = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Dump_FromItsFirstPacketToItsCommit_IsOneTrace()
    {
        var before = DateTime.UtcNow;
        var name = await SendDumpAsync(postgres.ConnectionString, counters => counters.Written == 1);

        var root = Assert.Single(_ended, activity => activity.OperationName == "dump" && Equals(activity.GetTagItem("mayday.collector"), name));
        Assert.Equal(default, root.ParentSpanId);
        Assert.Equal("new", root.GetTagItem("mayday.outcome"));
        Assert.IsType<Guid>(root.GetTagItem("mayday.dump.id"));
        Assert.Equal("netoops", root.GetTagItem("mayday.transport"));
        var steps = _ended.Where(activity => activity.TraceId == root.TraceId && activity != root).OrderBy(activity => activity.StartTimeUtc).ToArray();
        Assert.Equal(["dump.analyse", "dump.assemble", "dump.receive", "dump.store"], steps.Select(step => step.OperationName).Order(StringComparer.Ordinal));
        Assert.All(steps, step => Assert.Equal(root.SpanId, step.ParentSpanId));

        // Each step begins where the one before it ended, or later, and none lies outside of the whole.
        var inOrder = new[] { "dump.receive", "dump.assemble", "dump.analyse", "dump.store" }.Select(name => steps.Single(step => step.OperationName == name)).ToArray();
        Assert.All(inOrder.Zip(inOrder[1..]), pair => Assert.True(pair.Second.StartTimeUtc >= pair.First.StartTimeUtc));
        Assert.InRange(root.StartTimeUtc, before.AddSeconds(-1), DateTime.UtcNow);
        Assert.All(steps, step => Assert.InRange(step.StartTimeUtc, root.StartTimeUtc, root.StartTimeUtc + root.Duration));
        Assert.Equal(root.StartTimeUtc + root.Duration, inOrder[^1].StartTimeUtc + inOrder[^1].Duration);

        // The batch is a trace of its own; links lead both ways.
        var batch = Assert.Single(_ended, activity => activity.OperationName == "dumps.store" && activity.Links.Any(link => link.Context == root.Context));
        Assert.NotEqual(root.TraceId, batch.TraceId);
        Assert.Equal(batch.Context, Assert.Single(inOrder[^1].Links).Context);
    }

    [Fact]
    public async Task Dump_WhilePostgresIsAway_EndsItsTraceInTheSpool()
    {
        var nobody = "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=1";
        var name = await SendDumpAsync(nobody, counters => counters.Snapshot().Any(counter => counter is { Name: "spool.written", Value: 1 }));

        var root = Assert.Single(_ended, activity => activity.OperationName == "dump" && Equals(activity.GetTagItem("mayday.collector"), name));
        Assert.Equal("spooled", root.GetTagItem("mayday.outcome"));
        Assert.DoesNotContain(_ended, activity => activity.TraceId == root.TraceId && activity.OperationName == "dump.store");
        Assert.Contains(_ended, activity => activity.OperationName == "dumps.store" && activity.Status == ActivityStatusCode.Error && activity.Links.Any(link => link.Context == root.Context));
    }

    [Fact]
    public async Task Dump_ThatWasSpooled_GoesOnWithItsTraceInTheProcessThatStoresIt()
    {
        var nobody = "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=1";
        var options = Options();
        await RunAsync(nobody, options, true, counters => counters.Snapshot().Any(counter => counter is { Name: "spool.written", Value: 1 }));
        var root = Assert.Single(_ended, activity => activity.OperationName == "dump" && Equals(activity.GetTagItem("mayday.collector"), options.Name));
        var spooled = DateTime.UtcNow;

        await RunAsync(postgres.ConnectionString, options, false, counters => counters.Written == 1);

        Assert.Single(_ended, activity => activity.OperationName == "dump" && activity.TraceId == root.TraceId);
        var wait = Assert.Single(_ended, activity => activity.OperationName == "dump.spool" && activity.TraceId == root.TraceId);
        var store = Assert.Single(_ended, activity => activity.OperationName == "dump.store" && activity.TraceId == root.TraceId);
        Assert.All([wait, store], step => Assert.Equal(root.SpanId, step.ParentSpanId));
        Assert.InRange(wait.StartTimeUtc, root.StartTimeUtc, spooled);
        Assert.Equal(store.StartTimeUtc, wait.StartTimeUtc + wait.Duration);
        Assert.True(store.StartTimeUtc >= spooled);
        Assert.Equal("spooled", root.GetTagItem("mayday.outcome"));
        Assert.Equal("new", store.GetTagItem("mayday.outcome"));

        // The batch that stored it is one that succeeded, and links lead both ways.
        var batch = Assert.Single(_ended, activity => activity.OperationName == "dumps.store" && activity.Context == Assert.Single(store.Links).Context);
        Assert.Equal(ActivityStatusCode.Unset, batch.Status);
        Assert.Equal((root.TraceId, root.SpanId), (Assert.Single(batch.Links).Context.TraceId, Assert.Single(batch.Links).Context.SpanId));
    }

    [Fact]
    public async Task Dump_ThatWasSpooledUntraced_IsStoredUntraced()
    {
        var nobody = "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=1";
        var options = Options();
        await RunAsync(nobody, options, true, counters => counters.Snapshot().Any(counter => counter is { Name: "spool.written", Value: 1 }), traced: false);

        await RunAsync(postgres.ConnectionString, options, false, counters => counters.Written == 1);

        Assert.DoesNotContain(_ended, activity => activity.OperationName is "dump.spool" or "dump.store");
        Assert.Contains(_ended, activity => activity.OperationName == "dumps.store" && !activity.Links.Any());
    }

    [Fact]
    public void Nobody_ListeningToIt_MakesNoActivity()
    {
        using var heard = new CollectorCounters();
        using var unheard = new CollectorCounters();
        using var listener = Listen(heard.Activities);

        Assert.Null(DumpTrace.Begin(unheard.Activities));
        using var trace = DumpTrace.Begin(heard.Activities);
        Assert.NotNull(trace);
        Activity.Current = null;
    }

    [Fact]
    public async Task Dump_OfAnotherCollectorInTheProcess_IsNotHeard()
    {
        using var heard = new CollectorCounters();
        using var listener = Listen(heard.Activities);

        await RunAsync(postgres.ConnectionString, Options(), true, counters => counters.Written == 1, traced: false);

        Assert.Empty(_ended);
    }

    private ActivityListener Listen(ActivitySource one)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => ReferenceEquals(source, one),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private CollectorOptions Options() => new()
    {
        Name = Guid.NewGuid().ToString("N"),
        Receive = { Shards = 1 },
        Netoops = { Port = 0 },
        Netconsole = { Port = -1 },
        Evlog = { Port = -1 },
        Spool = { Directory = Path.Combine(_directory, Guid.NewGuid().ToString("N")) },
    };

    /// <summary>One netoops dump through the whole pipeline; returns the name of the collector, which no other test has.</summary>
    private async Task<string> SendDumpAsync(string connection, Func<CollectorCounters, bool> until)
    {
        var options = Options();
        await RunAsync(connection, options, true, until);
        return options.Name!;
    }

    private async Task RunAsync(string connection, CollectorOptions options, bool sends, Func<CollectorCounters, bool> until, bool traced = true)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(connection);
        using var counters = new CollectorCounters();
        using var listener = traced ? Listen(counters.Activities) : null;
        using var spool = DumpSpool.Open(options.Spool, counters, NullLogger.Instance);
        await using var pipeline = Pipeline.Open(options, new CrashWriter(source, TimeProvider.System), spool, counters, TimeProvider.System, NullLogger.Instance);
        pipeline.Start();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        foreach (var packet in !sends ? [] : Netoops.Packets(Netoops.Log(5_000), Netoops.Header(bootId: (uint)Random.Shared.Next() | 1)))
        {
            await sender.SendToAsync(packet, new IPEndPoint(IPAddress.Loopback, pipeline.Ports.Netoops!.Value));
        }

        await Patience.UntilAsync(() => until(counters), "the dump's way has ended");
        await pipeline.StopAsync();
    }
}
