using System.Globalization;
using System.Text;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Tests;

/// <summary>A fleet's traffic, killed at forty moments, leaves what it leaves without a kill.</summary>
public sealed class JournalKillTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void KillsAtRandomMoments_LeaveTheSameDumpsAsNone(int seed)
    {
        var traffic = Traffic(new Random(seed));
        using var calm = new JournaledIntake();
        Play(calm, traffic, new Random(seed), kills: 0);
        var random = new Random(seed);
        using var killed = new JournaledIntake { Settles = () => random.Next(3) > 0 };
        Play(killed, traffic, random, kills: 40);

        Assert.True(calm.Stored.Count > 60);
        Assert.Equal(JournalReplayTests.Keys(calm.Stored), JournalReplayTests.Keys(killed.Stored.DistinctBy(dump => Convert.ToHexString(dump.Key))));
    }

    private static void Play(JournaledIntake intake, List<(SourceEndPoint Source, byte[] Datagram)> traffic, Random random, int kills)
    {
        var moments = Enumerable.Range(0, kills).Select(_ => random.Next(traffic.Count)).ToHashSet();
        for (var i = 0; i < traffic.Count; i++)
        {
            if (moments.Contains(i))
            {
                intake.Kill();
            }

            if (random.Next(50) == 0)
            {
                intake.SettleAll();
            }

            intake.Take(traffic[i].Source, traffic[i].Datagram);
        }

        intake.Pass(JournalReplayTests.LongQuiet);
    }

    // 60 machines that die by netoops in three rounds with losses, 30 that die on extended and 10 on basic consoles, shuffled, each in its own order.
    private static List<(SourceEndPoint Source, byte[] Datagram)> Traffic(Random random)
    {
        var machines = new List<(SourceEndPoint Source, Queue<byte[]> Datagrams)>();
        for (var i = 0; i < 60; i++)
        {
            var packets = Netoops.Packets(Netoops.Log(random.Next(500, 9_000), $"m{i}"), Netoops.Header(bootId: (uint)i + 1));
            machines.Add((JournalReplayTests.Machine(i), new Queue<byte[]>(Enumerable.Range(0, 3).SelectMany(_ => packets).Where(_ => random.Next(8) > 0))));
        }

        for (var i = 100; i < 130; i++)
        {
            string[] lines = [.. Enumerable.Range(0, random.Next(30)).Select(n => string.Create(CultureInfo.InvariantCulture, $"m{i} line {n}")), .. Console.Oops];
            machines.Add((JournalReplayTests.Machine(i), new Queue<byte[]>(Console.Records((ulong)random.Next(1, 1_000), lines))));
        }

        for (var i = 200; i < 210; i++)
        {
            string[] lines = [.. Enumerable.Range(0, random.Next(30)).Select(n => string.Create(CultureInfo.InvariantCulture, $"m{i} line {n}")), .. Console.Oops];
            machines.Add((JournalReplayTests.Machine(i), new Queue<byte[]>(lines.Select((line, n) => Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"[{i,5}.{n:D6}] {line}\n"))))));
        }

        var traffic = new List<(SourceEndPoint, byte[])>();
        machines.RemoveAll(machine => machine.Datagrams.Count == 0);
        while (machines.Count > 0)
        {
            var at = random.Next(machines.Count);
            traffic.Add((machines[at].Source, machines[at].Datagrams.Dequeue()));
            if (machines[at].Datagrams.Count == 0)
            {
                machines.RemoveAt(at);
            }
        }

        return traffic;
    }
}
