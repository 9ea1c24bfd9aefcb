using System.Globalization;
using System.Text.Json;

namespace Mayday.System.Tests;

/// <summary>Three hundred machines die at once over a network that loses a fifth, swaps and doubles.</summary>
public sealed class FleetDeathTests
{
    private const int Machines = 300;
    private const int Seed = 20261122;

    [Fact]
    public async Task ThreeHundredMachines_WithLossReorderAndDuplicates_AreStoredOnceAndSayWhatTheyLack()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        var fleet = new List<DyingMachine>();
        try
        {
            await using var mayday = await RunningMayday.StartAsync(data, cancellation);
            using var api = new RestApi(mayday.Page);
            var random = new Random(Seed);
            var logs = Capture.Kinds.Select(Capture.LogOf).ToArray();
            for (var number = 0; number < Machines; number++)
            {
                fleet.Add(new DyingMachine(number, logs[number % logs.Length], mayday.Netoops, random));
            }

            await SendInterleavedAsync(fleet, cancellation);

            var heard = fleet.Where(machine => !machine.IsSilent).ToList();
            var hosts = await api.WaitForAsync("/hosts", all => all.Count(host => host.GetProperty("dumpCount").GetInt64() > 0) >= heard.Count, cancellation);
            Assert.Equal(heard.Select(machine => machine.Name), hosts.Select(host => host.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
            Assert.All(hosts, host => Assert.Equal(1, host.GetProperty("dumpCount").GetInt64()));
            var crashes = (await api.ListAsync("/crashes?transport=netoops", cancellation)).ToLookup(crash => crash.GetProperty("host").GetString()!);
            var kernelDrops = (await api.GetAsync("/stats/ingest", cancellation)).GetProperty("kernelDrops").GetInt64();
            Assert.Equal(0, kernelDrops);

            foreach (var machine in heard)
            {
                var own = crashes[machine.Name].ToList();
                var missing = Enumerable.Range(0, machine.Arrived.Length).Where(packet => !machine.Arrived[packet]).ToList();
                // Where the lines that tell of the crash are among what is missing, the dump is kept all the same, without a crash.
                Assert.True(own.Count > 0 || missing.Count > 0, $"seed {Seed}: no crash of {machine.Name}, whose dump is whole");
                foreach (var crash in own)
                {
                    Assert.Equal(missing.Count == 0, crash.GetProperty("complete").GetBoolean());
                    Assert.Equal(missing.Count, crash.GetProperty("missingPackets").GetInt64());
                }

                if (own.Count == 0)
                {
                    continue;
                }

                var detail = await api.GetAsync($"/crashes/{own[0].GetProperty("id").GetString()}", cancellation);
                Assert.Equal(missing, Missing(detail.GetProperty("completeness")));
                Assert.Single(detail.GetProperty("witnesses").EnumerateArray());

                var log = await api.GetTextAsync($"/crashes/{own[0].GetProperty("id").GetString()}/log", cancellation);
                Assert.Equal(missing.Count > 0, log.Contains("--- mayday: gap: ", StringComparison.Ordinal));
            }
        }
        finally
        {
            fleet.ForEach(machine => machine.Dispose());
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>A datagram of each machine in turn, all machines at the same time; a pause a turn keeps below what loopback's queues hold.</summary>
    private static async Task SendInterleavedAsync(List<DyingMachine> fleet, CancellationToken cancellation)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var sending = true;
        while (sending && await pace.WaitForNextTickAsync(cancellation))
        {
            sending = false;
            foreach (var machine in fleet)
            {
                sending |= machine.SendNext();
            }
        }
    }

    private static List<int> Missing(JsonElement completeness) =>
    [
        .. completeness.GetProperty("missingRanges").EnumerateArray().SelectMany(range =>
        {
            var first = range.GetProperty("first").GetInt32();
            return Enumerable.Range(first, range.GetProperty("last").GetInt32() - first + 1);
        }),
    ];
}
