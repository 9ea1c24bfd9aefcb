using System.Net;
using System.Net.Sockets;
using Mayday.Collector.Journal;
using Mayday.Collector.Receive;
using Mayday.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>Real sockets: what the kernel wrote into the journal, and sockets that are handed from process to process.</summary>
public sealed class JournalPipelineTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-journal-").FullName;

    private CollectorOptions Options() => new()
    {
        Name = "test",
        Receive = { Shards = 1, Batch = 16 },
        Netoops = { Port = 0, Quiet = TimeSpan.FromMinutes(5) },
        Netconsole = { Port = -1 },
        Evlog = { Port = -1 },
        Journal = { Directory = Path.Combine(_directory, "journal"), DumpBytes = 8 << 20, LineBytes = 1 << 20 },
    };

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    // As the service manager does it: the descriptor is a copy of one that stays open elsewhere.
    private static ILookup<string, Socket> Hand(Socket kept, string name) =>
        HandedSockets.Sort([new HandedSocket(NativeSocket.Duplicate((int)kept.Handle), name)], new Dictionary<string, int> { ["Netoops"] = 2004, ["Netconsole"] = 6666 });

    [Fact]
    public async Task LandedDatagrams_ThatNobodyWorkedOn_AreFoundByTheNextProcess()
    {
        var options = Options();
        using var counters = new CollectorCounters();
        using var kept = Bound();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var packets = Netoops.Packets(Netoops.Log(10_000));
        foreach (var packet in packets)
        {
            await sender.SendToAsync(packet, kept.LocalEndPoint!);
        }

        // A receive, and the end before the first datagram was looked at.
        var (journal, _) = JournalDirectory.Open(options, [counters.AddShard()], counters, NullLogger.Instance)[0];
        var receive = new LinuxReceive(options.Receive.Batch, options.Receive.MaxDatagramBytes, journal);
        uint seen = 0;
        long drops = 0;
        Assert.Equal(packets.Length, receive.Receive((int)kept.Handle, ref seen, ref drops));
        journal!.Dispose();

        await using var pipeline = Pipeline.Open(options, null, null, counters, TimeProvider.System, NullLogger.Instance, isJournaled: true, handed: Hand(kept, "netoops"));
        pipeline.Start();
        using var patience = new CancellationTokenSource(Patience.Bound);
        var dump = await pipeline.Finished.ReadAsync(patience.Token);
        Assert.Equal(Netoops.Log(10_000), dump.Log.ToArray());
        Assert.Equal(((IPEndPoint)sender.LocalEndPoint!).Port, dump.Host.Port);
        await pipeline.StopAsync();
    }

    [Fact]
    public async Task Restart_WithHandedSockets_CutsNoDumpAndLosesNoDatagram()
    {
        using var kept = Bound();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var packets = Netoops.Packets(Netoops.Log(10_000));
        using (var counters = new CollectorCounters())
        {
            await using var first = Pipeline.Open(Options(), null, null, counters, TimeProvider.System, NullLogger.Instance, isJournaled: true, handed: Hand(kept, "netoops"));
            Assert.Equal(((IPEndPoint)kept.LocalEndPoint!).Port, first.Ports.Netoops);
            first.Start();
            foreach (var packet in packets[..5])
            {
                await sender.SendToAsync(packet, kept.LocalEndPoint!);
            }

            await first.StopAsync();
            Assert.False(first.Finished.TryRead(out _));
        }

        foreach (var packet in packets[5..])
        {
            await sender.SendToAsync(packet, kept.LocalEndPoint!);
        }

        using var later = new CollectorCounters();
        await using var second = Pipeline.Open(Options(), null, null, later, TimeProvider.System, NullLogger.Instance, isJournaled: true, handed: Hand(kept, "netoops"));
        second.Start();
        using var patience = new CancellationTokenSource(Patience.Bound);
        var dump = await second.Finished.ReadAsync(patience.Token);
        Assert.True(dump.Completeness.Complete);
        await second.StopAsync();
    }

    [Fact]
    public async Task DatagramsDroppedWhileNoProcessRan_AreCountedByTheNextOne()
    {
        var options = Options();
        options.Receive.SocketBufferBytes = 64 << 10;
        using var kept = Bound();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using (var counters = new CollectorCounters())
        {
            await using var first = Pipeline.Open(options, null, null, counters, TimeProvider.System, NullLogger.Instance, isJournaled: true, handed: Hand(kept, "netoops"));
            first.Start();
            await first.StopAsync();
        }

        const int Sent = 5_000;
        for (var i = 0; i < Sent; i++)
        {
            await sender.SendToAsync(Console.Record((ulong)i, "a line"), kept.LocalEndPoint!);
        }

        using var later = new CollectorCounters();
        await using var second = Pipeline.Open(options, null, null, later, TimeProvider.System, NullLogger.Instance, isJournaled: true, handed: Hand(kept, "netoops"));
        second.Start();
        await second.StopAsync();
        long Of(string name, string tags = "") => later.Snapshot().Single(counter => counter.Name == name && counter.Tags == tags).Value;
        Assert.True(Of("datagrams.kernel_drops") > 0);
        Assert.Equal(Sent, Of("datagrams.received", "format=netconsole") + Of("datagrams.kernel_drops"));
    }

    [Theory]
    [InlineData("12", "2", "netoops:evlog", 2)]
    [InlineData("12", "2", null, 2)]
    [InlineData("13", "2", "netoops:evlog", 0)]
    [InlineData("12", "0", "", 0)]
    [InlineData("12", "-1", "", 0)]
    [InlineData(null, "2", "", 0)]
    [InlineData("12", "99999999999", "", 0)]
    public void Variables_ForThisProcessOnly_NameDescriptorsFromThreeOn(string? pid, string? count, string? names, int expected)
    {
        var handed = HandedSockets.Read(pid, count, names, 12);
        Assert.Equal(Enumerable.Range(3, expected), handed.Select(one => one.Descriptor));
        if (names is { Length: > 0 } && expected > 0)
        {
            Assert.Equal(["netoops", "evlog"], handed.Select(one => one.Name));
        }
    }

    [Fact]
    public void SocketForNothing_EndsTheStartWithTheRemedy()
    {
        using var kept = Bound();
        var refusal = Assert.Throws<CollectorStartException>(() => Hand(kept, "syslog"));
        Assert.Contains("FileDescriptorName=", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DescriptorThatIsNoSocket_EndsTheStartWithTheRemedy()
    {
        using var file = File.OpenRead("/proc/self/status");
        var descriptor = NativeSocket.Duplicate((int)file.SafeFileHandle.DangerousGetHandle());
        var refusal = Assert.Throws<CollectorStartException>(() => HandedSockets.Sort([new HandedSocket(descriptor, "netoops")], new Dictionary<string, int> { ["Netoops"] = 2004 }));
        Assert.Contains("ListenDatagram=", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondCollector_OnTheSameJournal_IsRefused()
    {
        using var counters = new CollectorCounters();
        var (journal, _) = JournalDirectory.Open(Options(), [counters.AddShard()], counters, NullLogger.Instance)[0];
        var refusal = Assert.Throws<CollectorStartException>(() => JournalDirectory.Open(Options(), [counters.AddShard()], counters, NullLogger.Instance));
        Assert.Contains("Collector:Journal:Directory", refusal.Message, StringComparison.Ordinal);
        journal!.Dispose();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
