using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Mayday.Collector.Analysing;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Mayday.Collector.Loss;
using Mayday.Collector.Reassembly;
using Mayday.Collector.Receive;
using Mayday.Collector.Storing.Dumps;
using Mayday.Linux.Netlink;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;
using Mayday.Tests.Shared.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>
/// Bounds that lie between the stages, each reached: what gives way is counted, and what is there goes on. Those of the tables of reassembly are in
/// NetoopsBoundsTests and NetconsoleBoundsTests, those of the spool in SpoolWorthTests and DumpSpoolTests, of the archive in LogArchiveTests.
/// </summary>
public sealed class CapTests
{
    private static ReassembledDump Dump(int machine)
    {
        var shard = new ShardCounters();
        var intake = new DatagramIntake(new CollectorOptions { Name = "test" }, 1, shard, NullLogger.Instance);
        foreach (var packet in Netoops.Packets(Netoops.Log(2_000)))
        {
            intake.Take(packet, SourceEndPoint.FromIPv4(0x0a000000u + (uint)machine, 1), isTruncated: false, new Moment(1_000_000, 1_790_000_000_000_000));
        }

        Assert.True(intake.TryTake(out var dump));
        return dump;
    }

    [Theory]
    [InlineData(3, 1_000)]
    [InlineData(1_000, 3.5)]
    public void Backlog_ThatIsFullByDumpsOrBytes_RefusesTheNewAndKeepsTheOlder(int capacity, double bytesOfDumps)
    {
        var bytes = (long)(Dump(0).Bytes * bytesOfDumps);
        var channel = Channel.CreateBounded<WaitingDump>(capacity);
        var backlog = new AnalysisBacklog([channel], bytes);

        var taken = Enumerable.Range(1, 6).Select(machine => backlog.TryOffer(Dump(machine))).ToArray();

        Assert.Equal([true, true, true, false, false, false], taken);
        Assert.InRange(backlog.Bytes, 1, bytes);
        for (var machine = 1; machine <= 3; machine++)
        {
            Assert.True(channel.Reader.TryRead(out var waiting));
            Assert.Equal(SourceEndPoint.FromIPv4(0x0a000000u + (uint)machine, 1), waiting.Dump.Source);
            backlog.Taken(waiting);
        }

        Assert.Equal(0, backlog.Bytes);
        Assert.True(backlog.TryOffer(Dump(7)));
    }

    [Fact]
    public async Task DumpsBeyondTheBacklog_AreCountedAsDropped_AndAllIsWellAfterwards()
    {
        var options = new CollectorOptions
        {
            Name = "test",
            Receive = { Shards = 1 },
            Netoops = { Port = 0 },
            Netconsole = { Port = -1 },
            Evlog = { Port = -1 },
            Storing = { AnalysisWorkers = 1, AnalysisCapacity = 4, StoreCapacity = 2 },
        };
        using var counters = new CollectorCounters();
        await using var pipeline = Pipeline.Open(options, null, null, counters, TimeProvider.System, NullLogger.Instance);
        pipeline.Start();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        // Nobody stores: two may wait behind analysis, one in its hand, four before it, and the rest is too much.
        const int Sent = 40;
        for (var machine = 0; machine < Sent; machine++)
        {
            await sender.SendToAsync(Netoops.Packets(Netoops.Log(500), Netoops.Header(bootId: (uint)machine + 1))[0], new IPEndPoint(IPAddress.Loopback, pipeline.Ports.Netoops!.Value));
        }

        long Of(string name, string tags) => counters.Snapshot().Single(counter => counter.Name == name && counter.Tags == tags).Value;
        await Patience.UntilAsync(() => Of("datagrams.received", "format=netoops") == Sent && Of("dumps.dropped", "reason=backlog") > 0);
        var kept = 0;
        using var patience = new CancellationTokenSource(Patience.Bound);
        while (kept + Of("dumps.dropped", "reason=backlog") < Sent)
        {
            await pipeline.Finished.ReadAsync(patience.Token);
            kept++;
        }

        Assert.InRange(kept, options.Storing.AnalysisCapacity, Sent - 1);
        await pipeline.StopAsync();
    }

    [Fact]
    public async Task SlowPostgres_FillsTheSpoolBeforeDumpsAreDropped_AndAllIsStored()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        await RunAsync(
            postgres,
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$;
            CREATE TRIGGER slow BEFORE INSERT ON dump FOR EACH STATEMENT EXECUTE FUNCTION slow();
            """);
        var directory = Directory.CreateTempSubdirectory("mayday-slow-");
        var options = new CollectorOptions
        {
            Name = "test",
            Receive = { Shards = 1 },
            Netoops = { Port = 0 },
            Netconsole = { Port = -1 },
            Evlog = { Port = -1 },
            Storing = { AnalysisWorkers = 1, StoreCapacity = 4, BatchDumps = 4, BacklogBytes = 400_000, SlowWrite = TimeSpan.FromMilliseconds(100) },
            Spool = { Directory = directory.FullName },
        };
        using var counters = new CollectorCounters();
        using (var spool = DumpSpool.Open(options.Spool, counters, NullLogger.Instance))
        {
            await using var pipeline = Pipeline.Open(options, new CrashWriter(postgres.Source, TimeProvider.System), spool, counters, TimeProvider.System, NullLogger.Instance);
            pipeline.Start();
            using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            long Of(string name, string tags = "") => counters.Snapshot().Single(counter => counter.Name == name && counter.Tags == tags).Value;

            // A fleet that never fills the backlog to its end: whether the disk is used is the store's decision alone.
            const int Sent = 800;
            for (var machine = 0; machine < Sent; machine++)
            {
                await Patience.UntilAsync(() => counters.BacklogBytes!() < 300_000 && Of("datagrams.received", "format=netoops") == machine);
                await sender.SendToAsync(Netoops.Packets(Netoops.Log(900), Netoops.Header(bootId: (uint)machine + 1))[0], new IPEndPoint(IPAddress.Loopback, pipeline.Ports.Netoops!.Value));
            }

            await Patience.UntilAsync(() => Of("spool.written") > 0);
            await RunAsync(postgres, "DROP TRIGGER slow ON dump");
            await Patience.UntilAsync(() => Of("dumps.stored") == Sent && Of("spool.dumps") == 0);
            Assert.Equal(0, Of("dumps.dropped", "reason=backlog"));
            await pipeline.StopAsync();
        }

        directory.Delete(recursive: true);
    }

    private static async Task RunAsync(PostgresFixture postgres, string sql)
    {
        await using var command = postgres.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public void PrintedRecords_OfMoreMachinesThanMay_SendTheOldestWithWhatItHas()
    {
        var intake = new Intake(options => options.Evlog.MaxPrinted = 3);
        for (uint machine = 1; machine <= 5; machine++)
        {
            intake.Take(
                SourceEndPoint.FromIPv4(0x0a000000 + machine, 6665),
                Console.Record(1, "evlog packet dropped: size=10 fmt=2 evty=0x15 fac=scsi sev=4 uid=0 gid=0 pid=77 pgrp=70 flags=0x2 cpu=1"));
        }

        Assert.Equal(2, intake.Shard.EvictedFrom(EvictedTable.Printed));
        Assert.Equal(2, intake.Shard.EventsReceived);
        Assert.True(intake.Machine.TryTakeEvents(out var block));
        var rest = block.Entries;
        Assert.True(EventEntry.TryTake(ref rest, out var first));
        Assert.Equal(SourceEndPoint.FromIPv4(0x0a000001, 6665), first.Source);
    }

    [Fact]
    public async Task SendersBeyondThoseThatMayWait_AreAccountedForTogether_AndCounted()
    {
        using var counters = new CollectorCounters();
        var ledger = new LossLedger(2, 2, counters.AddShard());
        await using var nowhere = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=1");
        var saver = new LossSaver(
            new CollectorOptions { Name = "test" }, [ledger], counters, new LossAccounts(nowhere, TimeProvider.System), TimeProvider.System, NullLogger.Instance);

        // Postgres is away: the first save takes two with it, two find room again and wait, the fifth does not.
        for (uint machine = 1; machine <= 5; machine++)
        {
            ledger.Add(SourceEndPoint.FromIPv4(0x0a000000 + machine, 1), Transport.Netoops, new LossCounts { Received = 3 });
            if (machine == 2)
            {
                ledger.HandOver(new Moment(2_000_000_000, 0));
                Assert.False(await saver.SaveAsync(TimeSpan.FromSeconds(5)));
            }
        }

        Assert.Equal(1, counters.Snapshot().Single(counter => counter is { Name: "table.evictions", Tags: "table=loss" }).Value);
    }

    [Fact]
    public void DiskWithoutRoomForTheJournal_MeansAStartWithoutOne_Counted()
    {
        Assert.SkipUnless(SmallDisk.TryMount(2 << 20, out var disk, out var why), why);
        using (disk)
        {
            var options = new CollectorOptions { Name = "test", Receive = { Shards = 1 }, Journal = { Directory = Path.Combine(disk!.Folder, "journal") } };
            using var counters = new CollectorCounters();

            var opened = JournalDirectory.Open(options, [counters.AddShard()], counters, NullLogger.Instance);

            Assert.Null(Assert.Single(opened).Journal);
            Assert.Equal(1, counters.Snapshot().Single(counter => counter.Name == "journal.failures").Value);
        }
    }

    [Fact]
    public async Task NetlinkSocketWithoutRoom_TellsTimesAndMessagesItDropped()
    {
        var options = new CollectorOptions
        {
            Name = "test",
            Receive = { Shards = 1, SocketBufferBytes = 64 << 10 },
            Netoops = { Port = -1 },
            Netconsole = { Port = -1 },
            Evlog = { Port = 0 },
            Netlink = "2:0x2000:user",
        };
        using var counters = new CollectorCounters();
        Pipeline opened;
        try
        {
            opened = Pipeline.Open(options, null, null, counters, TimeProvider.System, NullLogger.Instance);
        }
        catch (CollectorStartException refusal) when (refusal.Message.Contains("CAP_NET_ADMIN", StringComparison.Ordinal))
        {
            Assert.Skip("hearing netlink groups needs CAP_NET_ADMIN");
            throw;
        }

        await using var pipeline = opened;
        using var sender = NetlinkSocket.Open(NetlinkSocket.UserProtocol, 0, 64 << 10);

        // Nobody reads yet.
        const int Sent = 5_000;
        for (var i = 0; i < Sent; i++)
        {
            sender.Send(EvlogVectors.PrintfFromE1000, 0, 0x2000);
        }

        pipeline.Start();
        long Of(string name) => counters.Snapshot().Single(counter => counter.Name == name && counter.Tags.Length == 0).Value;
        await Patience.UntilAsync(() => Of("events.received") + Of("netlink.drops") == Sent);
        Assert.True(Of("netlink.overruns") > 0);
        Assert.True(Of("netlink.drops") > 0);
        await pipeline.StopAsync();
    }
}
