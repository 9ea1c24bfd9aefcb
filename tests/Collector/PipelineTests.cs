using System.Net;
using System.Net.Sockets;
using Mayday.Collector.Receive;
using Mayday.Collector.Storing.Dumps;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;
using Mayday.Tests.Shared.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>Real sockets on loopback, real threads, real clock.</summary>
public sealed class PipelineTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CollectorOptions Options(int shards = 1) => new()
    {
        Name = "test",
        ListenAddress = "::",
        Receive = { Shards = shards },
        Netoops = { Port = 0, Quiet = TimeSpan.FromMilliseconds(300) },
        Netconsole = { Port = 0, WindowQuiet = TimeSpan.FromMilliseconds(300) },
        Evlog = { Port = 0 },
    };

    private static Pipeline Open(CollectorOptions options, CollectorCounters counters, bool isPortable = false) =>
        Pipeline.Open(options, null, null, counters, TimeProvider.System, NullLogger.Instance, isPortable);

    private static async Task<FinishedDump> NextAsync(Pipeline pipeline)
    {
        using var patience = new CancellationTokenSource(Patience.Bound);
        return await pipeline.Finished.ReadAsync(patience.Token);
    }

    private static async Task SendAsync(Socket socket, byte[] datagram, string address, int port) =>
        await socket.SendToAsync(datagram, new IPEndPoint(IPAddress.Parse(address), port));

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("127.0.0.1", true)]
    public async Task Oops_FromASocket_IsAFinishedDumpOfItsSender(string address, bool isPortable)
    {
        using var counters = new CollectorCounters();
        await using var pipeline = Open(Options(), counters, isPortable);
        pipeline.Start();
        using var sender = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);

        await SendAsync(sender, NetoopsVectors.OopsOnX64.Datagram(), address, pipeline.Ports.Netoops!.Value);

        var dump = await NextAsync(pipeline);
        Assert.Equal(address, dump.Host.Address!.ToString());
        Assert.Equal(((IPEndPoint)sender.LocalEndPoint!).Port, dump.Host.Port);
        Assert.InRange(dump.ReceivedAt, DateTimeOffset.UtcNow - Patience.Bound, DateTimeOffset.UtcNow + TimeSpan.FromSeconds(1));
        Assert.Equal(NetoopsVectors.BugLine.Length, dump.Log.Length);
        await pipeline.StopAsync();
    }

    [Fact]
    public async Task EitherFormat_ToEitherPort_IsToldByContent()
    {
        using var counters = new CollectorCounters();
        await using var pipeline = Open(Options(shards: 2), counters);
        pipeline.Start();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        await SendAsync(sender, NetoopsVectors.OopsOnX64.Datagram(), "127.0.0.1", pipeline.Ports.Evlog!.Value);
        foreach (var record in Console.Records(1, Console.Oops))
        {
            await SendAsync(sender, record, "127.0.0.1", pipeline.Ports.Netoops!.Value);
        }

        var dumps = new[] { await NextAsync(pipeline), await NextAsync(pipeline) };
        Assert.Equal([Transport.Netoops, Transport.Netconsole], dumps.Select(dump => dump.Transport).Order());
        await pipeline.StopAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TooLongDatagram_IsRefusedAsTruncated(bool isPortable)
    {
        using var counters = new CollectorCounters();
        await using var pipeline = Open(Options(), counters, isPortable);
        pipeline.Start();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        await SendAsync(sender, new byte[20_000], "127.0.0.1", pipeline.Ports.Netconsole!.Value);
        await SendAsync(sender, [], "127.0.0.1", pipeline.Ports.Netconsole!.Value);
        await SendAsync(sender, NetoopsVectors.OopsOnX64.Datagram(), "127.0.0.1", pipeline.Ports.Netconsole!.Value);

        await NextAsync(pipeline);
        var counted = counters.Snapshot();
        Assert.Contains(new IngestCounter("datagrams.rejected", "reason=truncated", 1), counted);
        Assert.Contains(new IngestCounter("datagrams.rejected", "reason=empty", 1), counted);
        await pipeline.StopAsync();
    }

    [Fact]
    public async Task FullSocketBuffer_IsCountedAsTheKernelsDrops()
    {
        var options = Options();
        options.Receive.SocketBufferBytes = 64 << 10;
        using var counters = new CollectorCounters();
        await using var pipeline = Open(options, counters);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        // Nobody reads yet: what does not fit is dropped by the kernel.
        for (var i = 0; i < 2_000; i++)
        {
            await SendAsync(sender, Console.Record((ulong)i, "a line"), "127.0.0.1", pipeline.Ports.Netconsole!.Value);
        }

        pipeline.Start();
        await pipeline.StopAsync();
        var counted = counters.Snapshot();
        long Of(string name, string tags = "") => counted.Single(counter => counter.Name == name && counter.Tags == tags).Value;
        Assert.True(Of("datagrams.kernel_drops") > 0);
        Assert.Equal(2_000, Of("datagrams.received", "format=netconsole") + Of("datagrams.kernel_drops"));
    }

    [Fact]
    public async Task Stop_TakesWhatWaitsAndFinishesWhatIsInFlight()
    {
        var options = Options();
        options.Netoops.Quiet = TimeSpan.FromHours(1);
        options.Netconsole.WindowQuiet = TimeSpan.FromHours(1);
        using var counters = new CollectorCounters();
        await using var pipeline = Open(options, counters);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await SendAsync(sender, Netoops.Packets(Netoops.Log(5_000))[1], "127.0.0.1", pipeline.Ports.Netoops!.Value);
        foreach (var record in Console.Records(1, Console.Oops))
        {
            await SendAsync(sender, record, "127.0.0.1", pipeline.Ports.Netconsole!.Value);
        }

        pipeline.Start();
        await pipeline.StopAsync();

        var dumps = new[] { await NextAsync(pipeline), await NextAsync(pipeline) };
        Assert.Contains("finished early: the collector was stopped", dumps.Single(dump => dump.Transport == Transport.Netoops).Completeness.Notes);
        Assert.Single(dumps.Single(dump => dump.Transport == Transport.Netconsole).Crashes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void PortInUse_EndsTheStartWithTheRemedy(int shards)
    {
        using var taken = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        taken.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        var options = Options(shards);
        options.Netconsole.Port = port;
        using var counters = new CollectorCounters();

        var refusal = Assert.Throws<CollectorStartException>(() => Open(options, counters));

        Assert.Contains($"UDP port {port} (Collector:Netconsole:Port) is in use", refusal.Message);
        Assert.Contains("ss -ulpn", refusal.Message);
    }

    [Fact]
    public async Task SecondCollector_OnTheSamePort_IsRefusedThoughSocketsAreShared()
    {
        using var counters = new CollectorCounters();
        await using var first = Open(Options(shards: 2), counters);
        var options = Options(shards: 2);
        options.Netoops.Port = first.Ports.Netoops!.Value;

        Assert.Throws<CollectorStartException>(() => Open(options, counters));
    }

    [Fact]
    public async Task FleetDeath_ThroughShardsAndPostgres_IsStoredOnceEach()
    {
        var directory = Directory.CreateTempSubdirectory("mayday-pipeline-").FullName;
        using var counters = new CollectorCounters();
        var spool = DumpSpool.Open(new SpoolOptions { Directory = directory }, counters, NullLogger.Instance);
        await using var pipeline = Pipeline.Open(
            Options(shards: 2), new CrashWriter(postgres.Source, TimeProvider.System), spool, counters, TimeProvider.System, NullLogger.Instance);
        pipeline.Start();
        var log = Netoops.Log(6_000).Concat(System.Text.Encoding.ASCII.GetBytes("\n" + Netoops.Oops)).ToArray();
        var random = new Random(7);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var lost = 0;
        for (var machine = 0; machine < 100; machine++)
        {
            var packets = Netoops.Packets(log, Netoops.Header(bootId: (uint)machine + 1));
            var arrived = new bool[packets.Length];
            for (var round = 0; round < 3; round++)
            {
                for (var number = 0; number < packets.Length; number++)
                {
                    if (random.NextDouble() < 0.5)
                    {
                        arrived[number] = true;
                        await SendAsync(sender, packets[number], "127.0.0.1", pipeline.Ports.Netoops!.Value);
                    }
                }
            }

            lost += arrived.All(one => one) ? 0 : 1;
        }

        await pipeline.StopAsync();
        spool.Dispose();
        Directory.Delete(directory, recursive: true);
        await using var command = postgres.Source.CreateCommand("SELECT count(*), count(*) FILTER (WHERE NOT complete) FROM dump WHERE transport = 'netoops'");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal((100, lost), (reader.GetInt64(0), reader.GetInt64(1)));
        Assert.InRange(lost, 1, 99);
    }
}
