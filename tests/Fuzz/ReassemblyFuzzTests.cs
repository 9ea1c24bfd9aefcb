using System.Globalization;
using System.Text;
using Mayday.Collector;
using Mayday.Collector.Analysing;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Fuzz.Tests;

/// <summary>Memory is counted for the whole process: no other test may run at the same time.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;

/// <summary>
/// Two million hostile datagrams from friendly and random sources through classifier, parsers, reassemblers, joining and analysis, with caps so
/// small that all of them are reached: no exception, no table past its cap, nothing held at the end. The seed is printed;
/// MAYDAY_FUZZ_SEED repeats a run, MAYDAY_FUZZ_COUNT makes it longer.
/// </summary>
[Collection(nameof(MeasuredAlone))]
[Trait("Tier", "chaos")]
public sealed class ReassemblyFuzzTests(ITestOutputHelper output)
{
    private const int DefaultCount = 2_000_000;

    private static CollectorOptions SmallCaps() => new()
    {
        Name = "fuzz",
        Receive = { Shards = 1 },
        Netoops = { MaxPending = 60, MaxPendingPerSource = 4, MaxRemembered = 300, MaxDumpBytes = 64 << 10, MaxFragmentBytes = 184 << 10 },
        Netconsole =
        {
            MaxStreams = 300, RingLines = 40, RingBytes = 8 << 10, RingTotalBytes = 96 << 10, WindowMaxBytes = 64 << 10, WindowBytes = 128 << 10,
            MaxFragmentedPerStream = 1, MaxFragmentBytes = 64 << 10,
        },
        Loss = { MaxSenders = 300 },
        Evlog = { MaxPrinted = 2 },
    };

    [Fact]
    public void MutatedDatagrams_ThroughTheWholeIntake_NeverThrowAndNeverPassACap()
    {
        var seed = FromEnvironment("MAYDAY_FUZZ_SEED", Random.Shared.Next());
        var count = FromEnvironment("MAYDAY_FUZZ_COUNT", DefaultCount);
        output.WriteLine($"seed {seed}, {count} datagrams");

        var options = SmallCaps();
        Assert.Empty(ValidateCollectorOptions.FindErrors(options));
        using var counters = new CollectorCounters();
        var shard = counters.AddShard();
        var intake = new DatagramIntake(options, 1, shard, NullLogger.Instance);
        var analyst = new DumpAnalyst("fuzz", counters, NullLogger.Instance);
        var mutator = new DatagramMutator([.. DatagramSeeds.Golden(), .. Crashing()], DatagramSeeds.Captured(), seed);
        var random = new Random(seed);
        var now = new Moment(1_000_000_000, 1_790_000_000_000_000);
        long dumps = 0, crashes = 0;

        long warm = 0;
        for (var i = 0; i < count; i++)
        {
            // Once all tables are full, what is held does not grow any more.
            if (i == count / 4)
            {
                warm = GC.GetTotalMemory(forceFullCollection: true);
            }

            var datagram = mutator.Next();
            try
            {
                // Mostly microseconds, now and then a pause that ends windows and dumps.
                var step = random.Next(2_000) == 0 ? random.Next(12_000_000) : random.Next(200);
                now = new Moment(now.Monotonic + step, now.Unix + step);
                intake.Take(datagram, Source(random), random.Next(500) == 0, now);
                if (i % 16 == 0)
                {
                    intake.Tick(now);
                }

                // As the listener does after each batch: events do not wait in the intake.
                while (intake.TryTakeEvents(out var block))
                {
                    block.Return();
                }

                CheckCaps(intake, options);
                while (intake.TryTake(out var dump))
                {
                    // Joining is checked for each; the analyser has a fuzz test of its own and takes its share here.
                    var finished = dumps++ % 8 == 0 ? analyst.Finish(dump) : dump.Join("fuzz");
                    crashes += finished?.Crashes.Count ?? 0;
                    CheckDump(finished);
                }
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(
                    $"Datagram {i} of seed {seed}, {datagram.Length} bytes: {Convert.ToHexStringLower(datagram)} {Encoding.Latin1.GetString(datagram)}", exception);
            }
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - warm;
        output.WriteLine($"{warm >> 10} KiB held after a quarter, {grown >> 10} KiB more at the end");
        Assert.True(grown < 4 << 20, $"{grown} bytes more are held than after a quarter of the run");
        intake.Flush(now);
        while (intake.TryTake(out var dump))
        {
            CheckDump(dump.Join("fuzz"));
        }

        Assert.Equal((0, 0L), (intake.Netoops.PendingCount, intake.Netoops.HeldBytes));
        Assert.Equal((0, 0L), (intake.Netconsole.WindowCount, intake.Netconsole.WindowBytes));
        Assert.Equal(count, Enum.GetValues<DatagramFormat>().Sum(shard.ReceivedOf));
        output.WriteLine($"{dumps} dumps, {crashes} crashes in an eighth of them, {shard.StreamRestarts} restarts, {shard.ConflictingFragments} conflicts");
        output.WriteLine(string.Join(", ", Enum.GetValues<EvictedTable>().Select(table => $"{table} {shard.EvictedFrom(table)}")));
        output.WriteLine(string.Join(", ", Enum.GetValues<PacketRejectReason>().Select(reason => $"{reason} {shard.RejectedFor(reason)}")));

        // Every cap and every reason is reached, or this proves nothing.
        if (count >= DefaultCount)
        {
            Assert.All(Enum.GetValues<EvictedTable>(), table => Assert.True(shard.EvictedFrom(table) > 0, $"{table} was never full"));
            // Only netlink can say who sent: no datagram is refused for that.
            Assert.All(Enum.GetValues<PacketRejectReason>().Where(reason => reason is not (PacketRejectReason.None or PacketRejectReason.NotFromKernel)),
                reason => Assert.True(shard.RejectedFor(reason) > 0, $"nothing was refused as {reason}"));
            Assert.True(dumps > 1_000 && crashes > 0);
        }
    }

    // A few machines that talk all the time, and strangers.
    private static SourceEndPoint Source(Random random) => random.Next(4) == 0
        ? SourceEndPoint.FromIPv4((uint)random.Next(), (ushort)random.Next(65_536))
        : SourceEndPoint.FromIPv4(0x0a000001u + (uint)random.Next(24), 6665);

    private static IEnumerable<byte[]> Crashing() =>
    [
        "1,402,10301451,-;BUG: kernel NULL pointer dereference, address: 0000000000000018\n"u8.ToArray(),
        "0,403,10301452,-;Kernel panic - not syncing: Fatal exception in interrupt\n"u8.ToArray(),
        "[   10.301451] watchdog: BUG: soft lockup - CPU#1 stuck for 11s! [stress-ng-cpu:131]\n"u8.ToArray(),
        Encoding.ASCII.GetBytes($"4,500,10301460,-,ncfrag=0/1800;{new string('x', 900)}"),
        Encoding.ASCII.GetBytes($"4,501,10301461,-,ncfrag=900/1801;{new string('y', 900)}"),
    ];

    private static void CheckCaps(DatagramIntake intake, CollectorOptions options)
    {
        if (intake.Netoops.PendingCount > options.Netoops.MaxPending
            || intake.Netoops.RememberedCount > options.Netoops.MaxRemembered
            || intake.Netoops.HeldBytes > options.Netoops.MaxFragmentBytes + options.Netoops.MaxDumpBytes
            || intake.Netconsole.StreamCount > options.Netconsole.MaxStreams
            || intake.Netconsole.RingBytes > options.Netconsole.RingTotalBytes + options.Netconsole.RingBytes
            || intake.Netconsole.WindowBytes > options.Netconsole.WindowBytes
            || intake.Netconsole.FragmentBytes > options.Netconsole.MaxFragmentBytes + (80 << 10))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"A cap was passed: {intake.Netoops.PendingCount} {intake.Netoops.RememberedCount} {intake.Netoops.HeldBytes} {intake.Netconsole.StreamCount} {intake.Netconsole.RingBytes} {intake.Netconsole.WindowBytes} {intake.Netconsole.FragmentBytes}"));
        }
    }

    private static void CheckDump(FinishedDump? dump)
    {
        if (dump is null)
        {
            return;
        }

        var completeness = dump.Completeness;
        if (dump.Key.Length != 32 || dump.Log.Length == 0 || completeness.Received <= 0 || completeness.Missing < 0
            || (completeness.Complete == true && completeness.Missing != 0)
            || (dump.Transport == Transport.Netoops && completeness.Expected - completeness.Received != completeness.MissingRanges.Sum(range => range.Last - range.First + 1)))
        {
            throw new InvalidOperationException($"A dump that lies: {dump} {completeness}");
        }
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
