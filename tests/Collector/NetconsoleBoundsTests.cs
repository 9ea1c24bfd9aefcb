using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Tests;

/// <summary>Every cap of the netconsole tables, reached.</summary>
public sealed class NetconsoleBoundsTests
{
    private static SourceEndPoint Source(int number) => SourceEndPoint.FromIPv4((uint)(0x0a000000 + number), 6665);

    [Fact]
    public void Streams_OverTheCap_ForgetTheLongestSilent()
    {
        var intake = new Intake(options => options.Netconsole.MaxStreams = 20);
        for (var i = 0; i < 100; i++)
        {
            intake.Pass(1_500).Take(Source(0), Console.Record((ulong)i, "still here")).Take(Source(i + 1), Console.Record(1, "hello"));
        }

        Assert.Equal(20, intake.Machine.Netconsole.StreamCount);
        Assert.Equal(81, intake.Shard.EvictedFrom(EvictedTable.Streams));

        // The one that went on talking is still known with its lines.
        foreach (var record in Console.Records(100, Console.Oops))
        {
            intake.Take(Source(0), record);
        }

        Assert.Equal(100 + Console.Oops.Length, Assert.Single(intake.Pass(3_000).Dumps).Completeness.Received);
    }

    [Fact]
    public void ForgottenStream_WithAnOpenWindow_LosesNothing()
    {
        var intake = new Intake(options => options.Netconsole.MaxStreams = 2).TakeAll(Console.Records(1, Console.Oops));
        intake.Take(Source(1), Console.Record(1, "a")).Take(Source(2), Console.Record(1, "b"));

        Assert.Single(Assert.Single(intake.Dumps).Crashes);
    }

    [Fact]
    public void KeptLines_OverTheBudget_AreDroppedFromTheLongestSilent()
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.RingBytes = 16 << 10;
            options.Netconsole.RingTotalBytes = 64 << 10;
        });
        for (var i = 0; i < 40; i++)
        {
            for (ulong line = 0; line < 300; line++)
            {
                intake.Take(Source(i), Console.Record(line, "a line that is kept until a crash asks for it"));
            }

            Assert.InRange(intake.Machine.Netconsole.RingBytes, 0, 80 << 10);
            intake.Pass(1_100);
        }

        Assert.True(intake.Shard.EvictedFrom(EvictedTable.Lines) >= 36);
        Assert.Equal(40, intake.Machine.Netconsole.StreamCount);
    }

    [Fact]
    public void FloodOfMadeUpSources_DisplacesNoKnownSenderAndNoneOfItsLines()
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.MaxStreams = 200;
            options.Netconsole.RingBytes = 4 << 10;
            options.Netconsole.RingTotalBytes = 100 * (2 << 10);
        });
        void Talk(ulong number)
        {
            for (var i = 0; i < 50; i++)
            {
                intake.Take(Source(i), Console.Record(number, "known"));
            }
        }

        Talk(1);
        intake.Pass(11_000);
        Talk(2);

        // The known are silent while thousands of strangers speak once each, and then one of them dies.
        for (var i = 1_000; i < 6_000; i++)
        {
            intake.Take(Source(i), Console.Record(1, "made up")).Pass(1);
        }

        Assert.Equal(200, intake.Machine.Netconsole.StreamCount);
        Assert.True(intake.Shard.EvictedFrom(EvictedTable.Streams) >= 4_800);
        for (var i = 0; i < 50; i++)
        {
            foreach (var record in Console.Records(3, Console.Oops))
            {
                intake.Take(Source(i), record);
            }
        }

        Assert.Equal(50, intake.Pass(3_000).Dumps.Count);
        Assert.All(intake.Dumps, dump => Assert.Equal(2 + Console.Oops.Length, dump.Completeness.Received));
    }

    [Fact]
    public void LinesOfOneStream_AreBoundedInNumberAndBytes()
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.RingLines = 50;
            options.Netconsole.RingBytes = 8 << 10;
        });
        intake.TakeAll(Enumerable.Range(0, 500).Select(i => Console.Record((ulong)i, i % 2 == 0 ? "short" : new string('x', 400))));
        Assert.InRange(intake.Machine.Netconsole.RingBytes, 1, 8 << 10);
        intake.TakeAll(Console.Records(500, Console.Oops)).Pass(3_000);

        var before = Assert.Single(intake.Dumps).Completeness.Received - Console.Oops.Length;
        Assert.InRange(before, 20, 50);
        Assert.Equal(0, intake.Machine.Netconsole.RingBytes);
    }

    [Fact]
    public void Windows_OverTheBudget_CloseTheLongestOpenAndLoseNothing()
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.WindowMaxBytes = 64 << 10;
            options.Netconsole.WindowBytes = 256 << 10;
        });
        for (var i = 0; i < 50; i++)
        {
            foreach (var record in Console.Records(1, Console.Oops))
            {
                intake.Take(Source(i), record);
            }

            Assert.InRange(intake.Machine.Netconsole.WindowBytes, 1, 256 << 10);
        }

        Assert.True(intake.Shard.EvictedFrom(EvictedTable.Windows) > 0);
        Assert.Equal(50, intake.Pass(3_000).Dumps.Sum(dump => dump.Crashes.Count));
    }

    [Fact]
    public void FragmentedRecords_OverTheCaps_GiveUpTheOldest()
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.MaxFragmentedPerStream = 8;
            options.Netconsole.MaxFragmentBytes = 64 << 10;
        });
        for (var i = 0; i < 200; i++)
        {
            for (ulong record = 0; record < 10; record++)
            {
                intake.Take(Source(i), Console.Fragments(record, new string('x', 900) + "\n", 800)[0]);
                Assert.InRange(intake.Machine.Netconsole.FragmentBytes, 0, 66 << 10);
            }
        }

        Assert.True(intake.Shard.EvictedFrom(EvictedTable.Fragments) > 400);
        intake.Pass(11_000);
        Assert.Equal(0, intake.Machine.Netconsole.FragmentBytes);
        Assert.Equal(2_000, intake.Shard.IncompleteRecords);
    }

    [Fact]
    public void RecordInBytes_CannotGrowPastItsPieces()
    {
        var intake = new Intake();
        for (var i = 0; i < 5_000; i++)
        {
            intake.Take($"6,1,2,-,ncfrag={i * 2}/70000;x");
        }

        Assert.InRange(intake.Machine.Netconsole.FragmentBytes, 1, 32 << 10);
    }
}
