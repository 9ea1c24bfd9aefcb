using System.Net;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Tests;

/// <summary>Every cap of the netoops tables, reached.</summary>
public sealed class NetoopsBoundsTests
{
    private static SourceEndPoint Source(int number) => SourceEndPoint.FromIPv4((uint)(0x0a000000 + number), 2004);

    [Fact]
    public void DumpsOfOneSource_OverTheCap_FinishTheOldestEarly()
    {
        var intake = new Intake(options => options.Netoops.MaxPendingPerSource = 4);
        for (ushort dumpId = 0; dumpId < 10; dumpId++)
        {
            intake.Take(Netoops.Packets(Netoops.Log(2_000), Netoops.Header(dumpId))[0]);
        }

        Assert.Equal(4, intake.Machine.Netoops.PendingCount);
        Assert.Equal(6, intake.Shard.EvictedFrom(EvictedTable.NetoopsSource));
        Assert.Equal(6, intake.Dumps.Count);
        Assert.Contains("finished early: too many dumps in flight from this source", intake.Dumps[0].Completeness.Notes);
    }

    [Fact]
    public void DumpsInAll_OverTheCap_FinishTheLongestSilentEarlyAndLoseNone()
    {
        var intake = new Intake(options => options.Netoops.MaxPending = 50);
        for (var i = 0; i < 200; i++)
        {
            intake.Take(Source(i), Netoops.Packets(Netoops.Log(2_000))[0]);
        }

        Assert.Equal(50, intake.Machine.Netoops.PendingCount);
        Assert.Equal(150, intake.Shard.EvictedFrom(EvictedTable.NetoopsPending));
        Assert.Equal(200, intake.Pass(10_000).Dumps.Count);
    }

    [Fact]
    public void FullTable_StillTakesPacketsOfWhatItHolds()
    {
        var packets = Netoops.Packets(Netoops.Log(2_000));
        var intake = new Intake(options => options.Netoops.MaxPending = 3);
        for (var i = 0; i < 3; i++)
        {
            intake.Take(Source(i), packets[0]);
        }

        for (var i = 0; i < 3; i++)
        {
            intake.Take(Source(i), packets[1]);
        }

        Assert.Equal(3, intake.Dumps.Count);
        Assert.All(intake.Dumps, dump => Assert.Equal(true, dump.Completeness.Complete));
        Assert.Equal(0, intake.Shard.EvictedFrom(EvictedTable.NetoopsPending));
    }

    /// <summary>Found by the fuzz test at datagram 18,257,390: the older dump gave way to the copy of the very packet that it was to get itself.</summary>
    [Fact]
    public void FragmentBytes_OverTheCapBetweenTwoDumpsThatShareAPacket_SendOffTheOlderAsItIs()
    {
        var packets = Netoops.Packets(Netoops.Log(62_000));
        var others = Netoops.Packets(Netoops.Log(62_000, "else"));
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var intake = new Intake(options =>
            {
                options.Netoops.MaxDumpBytes = 64 << 10;
                options.Netoops.MaxFragmentBytes = 64 << 10;
            });
            var held = random.Next(10, 40);
            intake.TakeAll(packets[^held..]);

            // The ring was overwritten while it was sent: the oldest packets are others now.
            intake.TakeAll(others[^random.Next(1, 5)..]);

            // Other machines fill the memory, and are not the longest silent.
            for (var machine = 1; machine < 4; machine++)
            {
                foreach (var packet in packets[..random.Next(1, 16)])
                {
                    intake.Take(Source(machine), packet);
                }
            }

            // And packets that neither dump has seen.
            intake.TakeAll(packets[..^held]);
            Assert.InRange(intake.Machine.Netoops.HeldBytes, 0, 64 << 10);
            Assert.NotEmpty(intake.Pass(60_000).Dumps);
        }
    }

    [Fact]
    public void FragmentBytes_OverTheCap_FinishTheLongestSilentEarly()
    {
        var intake = new Intake(options =>
        {
            options.Netoops.MaxDumpBytes = 256 << 10;
            options.Netoops.MaxFragmentBytes = 256 << 10;
        });
        for (var i = 0; i < 8; i++)
        {
            foreach (var packet in Netoops.Packets(Netoops.Log(60_000)).Skip(1))
            {
                intake.Take(Source(i), packet);
                Assert.InRange(intake.Machine.Netoops.HeldBytes, 0, 256 << 10);
            }
        }

        Assert.True(intake.Shard.EvictedFrom(EvictedTable.NetoopsBytes) > 0);
        Assert.Equal(8, intake.Pass(10_000).Dumps.Count);
    }

    [Fact]
    public void OneDump_OverItsCap_RefusesFurtherFragments()
    {
        var intake = new Intake(options => options.Netoops.MaxDumpBytes = 64 << 10);
        foreach (var packet in Netoops.Packets(Netoops.Log(100_000)))
        {
            intake.Take(packet);
        }

        var dump = Assert.Single(intake.Pass(10_000).Dumps);
        Assert.InRange(dump.Log.Length, 60_000, 70_000);
        Assert.True(intake.Shard.RefusedFragments > 0);
        Assert.Equal(false, dump.Completeness.Complete);
    }

    [Fact]
    public void HugePacketCount_AllocatesByWhatArrives()
    {
        var packet = Netoops.Packets(Netoops.Log(1_000))[0];
        packet[12] = 0;
        packet[14] = 1;
        packet[18] = 0;
        var intake = new Intake();
        for (var i = 0; i < 100; i++)
        {
            intake.Take(Source(i), packet);
        }

        // 65,536 packets promised by each.
        Assert.InRange(intake.Machine.Netoops.HeldBytes, 100 * 1000, 100 * 4096);
    }

    [Fact]
    public void FinishedDumps_OverTheCap_AreForgottenOldestFirst()
    {
        var intake = new Intake(options => options.Netoops.MaxRemembered = 10);
        for (var i = 0; i < 30; i++)
        {
            intake.Take(Source(i), Netoops.Packets(Netoops.Log(500))[0]);
        }

        Assert.Equal(10, intake.Machine.Netoops.RememberedCount);
        Assert.Equal(20, intake.Shard.EvictedFrom(EvictedTable.NetoopsRemembered));
        intake.Take(Source(29), Netoops.Packets(Netoops.Log(500))[0]);
        Assert.Equal(1, intake.Shard.DuplicateFragments);
        intake.Pass(60_000);
        Assert.Equal(0, intake.Machine.Netoops.RememberedCount);
    }

    [Fact]
    public void ContradictingCopies_OverTheCapOfGenerations_OpenNoMore()
    {
        var intake = new Intake();
        for (var i = 0; i < 100; i++)
        {
            intake.Take(Netoops.Packets(Netoops.Log(3_000, $"n{i:D3}"))[0]);
        }

        Assert.InRange(intake.Machine.Netoops.PendingCount, 1, 4);
        Assert.Equal(99, intake.Shard.ConflictingFragments);
    }

    [Fact]
    public void EndlessTrickle_IsFinishedAtItsAge()
    {
        var packets = Netoops.Packets(Netoops.Log(1_000_000));
        var intake = new Intake();
        for (var i = 0; i < 600 && intake.Dumps.Count == 0; i++)
        {
            intake.Take(packets[i]).Pass(1_000);
        }

        var dump = Assert.Single(intake.Dumps);
        Assert.Contains("finished early: packets kept coming for too long", dump.Completeness.Notes);
    }
}
