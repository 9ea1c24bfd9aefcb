using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Collector.Receive;
using Mayday.Collector.Storing.Dumps;
using Mayday.Collector.Storing.Events;
using Mayday.Events.Screening;
using Mayday.Events.Templates;
using Mayday.Linux.Netlink;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Events;
using Mayday.Tests.Shared;
using Mayday.Tests.Shared.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Collector.Tests;

/// <summary>Records over real sockets, through the pipeline, into a real Postgres that may be away.</summary>
public sealed class EventStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-events-").FullName;
    private readonly CollectorCounters _counters = new();

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _counters.Dispose();
    }

    private static CollectorOptions Options() => new()
    {
        Name = "test",
        Receive = { Shards = 1 },
        Netoops = { Port = -1 },
        Netconsole = { Port = -1 },
        Evlog = { Port = 0 },
        Storing = { EventDelay = TimeSpan.FromMilliseconds(20), RetryMin = TimeSpan.FromMilliseconds(20), RetryMax = TimeSpan.FromMilliseconds(100) },
    };

    private DumpSpool OpenSpool() => DumpSpool.Open(new SpoolOptions { Directory = _directory }, _counters, NullLogger.Instance);

    private Pipeline Open(NpgsqlDataSource source, DumpSpool dumps, CollectorOptions? options = null, SpoolOptions? spool = null) => Pipeline.Open(
        options ?? Options(), null, null, _counters, TimeProvider.System, NullLogger.Instance,
        events: new EventStore(new EventWriter(source, TimeProvider.System), Unfolded(), EventSpool.Open(dumps, spool ?? new SpoolOptions(), _counters, NullLogger.Instance)));

    private long Count(string name, string tags = "") => _counters.Snapshot().Single(counter => counter.Name == name && counter.Tags == tags).Value;

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetFieldValue<T>(0));
        }

        return values;
    }

    private static byte[] Numbered(int number)
    {
        var body = PrintfPacker.Pack("event %d of %s"u8, [PrintfValue.Of(number), PrintfValue.Of("test")], 8, false, out _);
        var frame = new byte[EvlogWriter.FrameLength(EvlogLayout.Netlink, body.Length)];
        EvlogWriter.WriteFrame(
            new EvlogHeader { Facility = "test", Severity = Severity.Error, Format = EvlogFormat.Printf, Flags = EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc, Pid = number },
            body, EvlogLayout.Netlink, false, frame);
        return frame;
    }

    private static async Task SendAsync(Pipeline pipeline, params byte[][] datagrams)
    {
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        foreach (var datagram in datagrams)
        {
            await sender.SendToAsync(datagram, new IPEndPoint(IPAddress.Loopback, pipeline.Ports.Evlog!.Value));
        }
    }

    [Fact]
    public async Task Records_OverUdp_AreEventsInPostgres()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        using var dumps = OpenSpool();
        await using var pipeline = Open(postgres.Source, dumps);
        pipeline.Start();
        var broken = (byte[])EvlogVectors.PrintfFromE1000.Clone();
        broken[23] = 9;

        await SendAsync(
            pipeline,
            [.. EvlogVectors.PrintfFromE1000, .. broken, .. EvlogVectors.BinaryFromScsi],
            EvlogVectors.NoDataWithLongFacility, EvlogVectors.PrintfBigEndian, EvlogVectors.BinaryInOldLayout, EvlogVectors.StringDrained32, EvlogVectors.StringDrained64);
        await Patience.UntilAsync(() => Count("events.stored") == 7);
        await pipeline.StopAsync();

        Assert.Equal(1, Count("datagrams.rejected", "reason=evlogMalformed"));
        Assert.Equal(7, Count("events.received"));
        var texts = await ReadAsync<string>(postgres.Source, "SELECT text FROM event WHERE text <> ''");
        Assert.Equal(
            ["disk full", "disk full", "eth0 (e1000 0000:00:03.0) PROBE: The EEPROM Checksum Is Not Valid", "eth0: link down, status=-5"],
            texts.Order(StringComparer.Ordinal));
        Assert.Equal(["127.0.0.1"], await ReadAsync<string>(postgres.Source, "SELECT DISTINCT host(address::inet) FROM host_address"));
    }

    [Fact]
    public async Task Records_OverNetlink_AreEventsOfThisMachine()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        using var dumps = OpenSpool();
        var options = Options();
        options.Netlink = "2:0xc000:user";
        Pipeline opened;
        try
        {
            opened = Open(postgres.Source, dumps, options);
        }
        catch (CollectorStartException refusal) when (refusal.Message.Contains("CAP_NET_ADMIN"))
        {
            Assert.Skip("hearing netlink groups needs CAP_NET_ADMIN");
            throw;
        }

        await using var pipeline = opened;
        pipeline.Start();
        using var sender = NetlinkSocket.Open(NetlinkSocket.UserProtocol, 0, 64 << 10);

        sender.Send(EvlogVectors.PrintfFromE1000, 0, 0x4000);
        sender.Send(EvlogVectors.StringDrained64, pipeline.NetlinkPort!.Value, 0);
        sender.Send("nothing of ours, but as long as a record: 0123456789 0123456789 0123456789"u8, 0, 0x8000);
        await Patience.UntilAsync(() => Count("events.stored") == 2 && Count("datagrams.rejected", "reason=evlogNoMagic") + Count("datagrams.rejected", "reason=evlogBeyondEnd") == 1);
        await pipeline.StopAsync();

        Assert.Equal([Environment.MachineName], await ReadAsync<string>(postgres.Source, "SELECT name FROM host"));
    }

    [Fact]
    public async Task Dispose_WithoutStop_EndsTheNetlinkThreadBeforeItsSocket()
    {
        var options = Options();
        options.Netlink = "2:0x30000";
        Pipeline pipeline;
        try
        {
            pipeline = Pipeline.Open(options, null, null, _counters, TimeProvider.System, NullLogger.Instance);
        }
        catch (CollectorStartException refusal) when (refusal.Message.Contains("CAP_NET_ADMIN"))
        {
            Assert.Skip("hearing netlink groups needs CAP_NET_ADMIN");
            throw;
        }

        pipeline.Start();

        // What a host does whose start fails behind us: a port of the pages in use.
        await pipeline.DisposeAsync();

        await pipeline.NetlinkEnded.WaitAsync(Patience.Bound);
    }

    [Fact]
    public async Task NetlinkProtocolThatNobodyHas_EndsTheStartAsWrongUse()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        using var dumps = OpenSpool();
        var options = Options();
        options.Netlink = "27:1";

        var refusal = Assert.Throws<CollectorStartException>(() => Open(nowhere, dumps, options));

        Assert.True(refusal.IsWrongUse);
        Assert.StartsWith("This kernel has no netlink protocol 27 (Collector:Netlink 27:1)", refusal.Message);
    }

    [Fact]
    public async Task PostgresAway_EventsWaitOnDiskInTheirOrder_AndComeOnce()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        using (var dumps = OpenSpool())
        {
            await using var away = Open(nowhere, dumps);
            away.Start();
            for (var i = 0; i < 300; i += 10)
            {
                await SendAsync(away, [.. Enumerable.Range(i, 10).SelectMany(Numbered)]);
            }

            await Patience.UntilAsync(() => Count("events.spooled") == 300);
            await away.StopAsync();
        }

        using (var dumps = OpenSpool())
        {
            await using var back = Open(postgres.Source, dumps);
            back.Start();
            await SendAsync(back, Numbered(300));
            await Patience.UntilAsync(() => Count("events.stored") == 301);
            await back.StopAsync();
        }

        Assert.Equal(Enumerable.Range(0, 301), await ReadAsync<int>(postgres.Source, "SELECT pid FROM event ORDER BY xmin::text::bigint, id"));
        Assert.Equal(0, Count("events.dropped", "reason=spool"));
        Assert.Empty(Directory.GetFiles(_directory, "*.events"));
    }

    [Fact]
    public async Task FullSpool_DropsTheNewAndCountsThem()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        using var dumps = OpenSpool();
        await using var pipeline = Open(nowhere, dumps, spool: new SpoolOptions { EventBytes = 20_000, SegmentBytes = 10_000 });
        pipeline.Start();
        for (var i = 0; i < 1_000; i += 50)
        {
            await SendAsync(pipeline, [.. Enumerable.Range(i, 50).SelectMany(Numbered)]);
            await Patience.UntilAsync(() => Count("events.spooled") + Count("events.dropped", "reason=spool") == i + 50);
        }

        await pipeline.StopAsync();

        Assert.NotEqual(0, Count("events.dropped", "reason=spool"));
        Assert.InRange(Directory.GetFiles(_directory, "*.events").Sum(file => new FileInfo(file).Length), 1, 20_000);
    }

    [Fact]
    public async Task MemoryHalfFull_EmptiesToDisk_AndAllIsStoredInItsOrder()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        using var dumps = OpenSpool();
        var options = Options();
        options.Storing.EventBytes = 100_000;
        options.Storing.BatchEvents = 10;
        var channel = Channel.CreateBounded<EventBlock>(1_000);
        var backlog = new EventBacklog(channel, options.Storing.EventBytes);
        var blocks = new EventBlockWriter();
        for (var i = 0; i < 500; i++)
        {
            blocks.Add(SourceEndPoint.FromIPv4(0x0a000001, 1), EventOrigin.Datagram, 1_790_000_000_000_000 + i * 1_000, Numbered(i));
            while (i % 10 == 9 && blocks.TryTake(out var block))
            {
                Assert.True(backlog.TryOffer(block));
            }
        }

        Assert.InRange(backlog.Bytes, 60_000, 100_000);
        var worker = new EventStoreWorker(
            channel.Reader, backlog, new EventWriter(postgres.Source, TimeProvider.System), Unfolded(), EventSpool.Open(dumps, new SpoolOptions(), _counters, NullLogger.Instance), options,
            _counters, TimeProvider.System, NullLogger.Instance);
        var run = Task.Run(() => worker.RunAsync(CancellationToken.None));
        await Patience.UntilAsync(() => Count("events.stored") == 500);
        channel.Writer.Complete();
        await run;

        Assert.NotEqual(0, Count("events.spooled"));
        Assert.Equal(Enumerable.Range(0, 500), await ReadAsync<int>(postgres.Source, "SELECT pid FROM event ORDER BY xmin::text::bigint, id"));
        Assert.Equal((0, 0), (backlog.Bytes, backlog.Events));
    }

    [Fact]
    public void Ids_OfOneBatch_AreInTheOrderOfArrival()
    {
        var arrival = new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
        var ids = Enumerable.Range(0, 10_000).Select(i => DumpId.At(arrival.AddMicroseconds(i / 100), i)).ToArray();

        Assert.Equal(ids, ids.Order());
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal((7, arrival), (id.Version, DumpId.TimeOf(id))));
        Assert.NotEqual(DumpId.At(arrival, 0), DumpId.At(arrival, 0));
    }

    [Fact]
    public void Block_GivesBackWhatWasPutIn_AndASpooledBatchToo()
    {
        var writer = new EventBlockWriter();
        var source = SourceEndPoint.From(new IPEndPoint(IPAddress.Parse("fe80::1%7"), 4000));
        var frames = Enumerable.Range(0, 2_000).Select(Numbered).ToArray();
        for (var i = 0; i < frames.Length; i++)
        {
            writer.Add(source, i % 2 == 0 ? EventOrigin.Datagram : EventOrigin.Netlink, i, frames[i]);
        }

        var blocks = new List<EventBlock>();
        while (writer.TryTake(out var block))
        {
            blocks.Add(block);
        }

        Assert.True(blocks.Count > 1);
        var key = Guid.NewGuid();
        var batch = EventBatchBytes.TryRead(EventBatchBytes.Join(key, blocks).ToArray())!;
        Assert.Equal((key, 2_000), (batch.Key, batch.Count));
        var rest = batch.Entries;
        for (var i = 0; i < frames.Length; i++)
        {
            Assert.True(EventEntry.TryTake(ref rest, out var entry));
            Assert.Equal((source, i, i % 2 == 0 ? EventOrigin.Datagram : EventOrigin.Netlink), (entry.Source, entry.Arrival, entry.Origin));
            Assert.Equal(frames[i], entry.Record.ToArray());
        }

        Assert.True(rest.IsEmpty);
        Assert.Null(EventBatchBytes.TryRead(batch.ToArray()[..^1]));
        Assert.Null(EventBatchBytes.TryRead([1, 2, 3]));
    }

    // What these tests send is alike; what folding makes of that is tested elsewhere.
    private static EventScreen Unfolded() => new(new EventKnowledge(TemplateBook.Shipped, new EventRules { Folding = new FoldingRule { IsOn = false } }));
}
