using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mayday.Tests.Shared;

namespace Mayday.System.Tests;

/// <summary>
/// <c>kill -9</c> at random moments under load: the sockets are held by somebody else, what the process had received lies in its journal, and each
/// dump is stored once and whole, each kernel event once. The seed is printed; MAYDAY_KILL_SEED repeats a run, MAYDAY_KILLS makes it longer.
/// </summary>
[Trait("Tier", "chaos")]
public sealed class KillTests(PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    // A process start each, which is most of its time.
    private const int DefaultKills = 50;
    private const int LeastBuffer = 16 << 20;
    private const int SolSocket = 1;
    private const int SoMemory = 55;
    private const int MemoryQueued = 0;
    private const int MemoryRoom = 1;
    private const int MemoryDrops = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Killed_AtRandomMomentsUnderLoad_StoresEachDumpOnceAndWhole()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var seed = FromEnvironment("MAYDAY_KILL_SEED", Random.Shared.Next());
        var kills = FromEnvironment("MAYDAY_KILLS", DefaultKills);
        output.WriteLine($"seed {seed}, {kills} kills");
        var random = new Random(seed);
        var data = RunningMayday.NewDataDirectory();
        try
        {
            await RunningCollector.BuildAsync(cancellation);
            using var netoops = Bound();
            using var netconsole = Bound();
            using var evlog = Bound();
            using var fleet = new DyingFleet(netoops.LocalEndPoint!, netconsole.LocalEndPoint!, evlog.LocalEndPoint!, seed, () => new[] { netoops, netconsole, evlog }.All(HasRoom));
            var sockets = new[] { ("netoops", netoops), ("netconsole", netconsole), ("evlog", evlog) };
            var settings = Settings(data);
            Task? sending = null;
            for (var kill = 0; kill < kills; kill++)
            {
                using var victim = RunningCollector.Start(sockets, settings);
                await victim.Listening.WaitAsync(s_patience, cancellation);
                Assert.False(victim.HasEnded, victim.Output);
                Assert.SkipUnless(netoops.ReceiveBufferSize >= LeastBuffer, "the kernel gives a socket too small a buffer to hold what comes while nobody receives: run as root, or raise net.core.rmem_max");
                sending ??= Task.Run(fleet.RunAsync, cancellation);

                // The random moment itself; nothing is waited for.
                await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * random.NextDouble() * 600), cancellation);
                await victim.KillAsync(cancellation);
                Assert.DoesNotContain("given up", victim.Output, StringComparison.Ordinal);
            }

            using var last = RunningCollector.Start(sockets, settings);
            fleet.End();
            await (sending ?? Task.CompletedTask);
            output.WriteLine($"{fleet.Datagrams} datagrams of {fleet.Sent.Count} dumps and {fleet.Events} events sent");
            var stored = await WaitForAsync(fleet.Sent.Count, cancellation);

            // Nothing was lost where the collector could not have it.
            Assert.All(new[] { netoops, netconsole, evlog }, socket => Assert.Equal(0u, MemoryOf(socket)[MemoryDrops]));

            // Its stop stores what would come too late to be seen, a part of a dump above all.
            await last.Listening.WaitAsync(s_patience, cancellation);
            Assert.Equal(0, await last.StopAsync(cancellation));
            stored = await ReadAsync(cancellation);
            Assert.Equal(fleet.Sent.Keys.Order(StringComparer.Ordinal), stored.Select(dump => dump.Source).Order(StringComparer.Ordinal));
            Assert.All(stored, dump =>
            {
                var sent = fleet.Sent[dump.Source];
                Assert.True(sent.Parts == dump.Received, $"{dump.Source}: {dump.Received} of {sent.Parts} parts are there");
                Assert.True(sent.LogBytes is null || sent.LogBytes == dump.LogBytes, $"{dump.Source}: {dump.LogBytes} of {sent.LogBytes} bytes are there");
                Assert.Equal(0, dump.Missing);
            });
            Assert.Equal(Enumerable.Range(0, fleet.Events), await ReadEventsAsync(cancellation));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static bool HasRoom(Socket socket) => MemoryOf(socket) is var memory && memory[MemoryQueued] < memory[MemoryRoom] / 2;

    // struct sk_meminfo: what is queued, what may be, and seven words on what was dropped.
    private static uint[] MemoryOf(Socket socket)
    {
        Span<byte> bytes = stackalloc byte[9 * sizeof(uint)];
        socket.GetRawSocketOption(SolSocket, SoMemory, bytes);
        return MemoryMarshal.Cast<byte, uint>(bytes).ToArray();
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 32 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    // A machine so busy that a sender's thread does not run for seconds must not end its dump: quiet times are long here.
    private Dictionary<string, string> Settings(string data) => new()
    {
        ["Store:ConnectionString"] = postgres.ConnectionString,
        ["Data"] = data,
        ["Collector:Receive:Shards"] = "1",
        ["Collector:Netoops:Quiet"] = "00:01:00",
        ["Collector:Netoops:Remember"] = "00:02:00",
        ["Collector:Netconsole:WindowQuiet"] = "00:01:00",
        ["Collector:Netconsole:EndGrace"] = "00:00:02",
        ["Collector:Netconsole:WindowMaxAge"] = "00:10:00",
    };

    private async Task<List<StoredDump>> WaitForAsync(int count, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(s_patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            var stored = await ReadAsync(cancellation);
            if (stored.Count >= count)
            {
                return stored;
            }

            try
            {
                await again.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return stored;
            }
        }
    }

    private async Task<List<StoredDump>> ReadAsync(CancellationToken cancellation)
    {
        await using var command = postgres.Source.CreateCommand(
            "SELECT source_address, (completeness->>'received')::bigint, coalesce(missing_packets, 0), log_bytes FROM dump");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var stored = new List<StoredDump>();
        while (await reader.ReadAsync(cancellation))
        {
            stored.Add(new StoredDump(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        }

        return stored;
    }

    private async Task<List<int>> ReadEventsAsync(CancellationToken cancellation)
    {
        await using var command = postgres.Source.CreateCommand("SELECT pid FROM event ORDER BY pid");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var numbers = new List<int>();
        while (await reader.ReadAsync(cancellation))
        {
            numbers.Add(reader.GetInt32(0));
        }

        return numbers;
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private sealed record StoredDump(string Source, long Received, long Missing, long LogBytes);
}
