using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Collector.Tests;

public sealed class ExtendedStreamTests
{
    [Fact]
    public void Crash_AfterQuiet_IsADumpWithTheLinesBefore()
    {
        var intake = new Intake().TakeAll(Console.Records(100, [.. Enumerable.Range(0, 300).Select(i => $"line {i}")])).Pass(5_000);
        Assert.Empty(intake.Dumps);

        intake.TakeAll(Console.Records(400, Console.Oops)).Pass(1_999);
        Assert.Empty(intake.Dumps);
        var dump = Assert.Single(intake.Pass(1).Dumps);

        var lines = dump.Log.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(200 + Console.Oops.Length, lines.Length);
        Assert.Equal("<6>[    0.200000] line 100", lines[0]);
        Assert.Equal("<6>[    0.400000] " + Console.Bug, lines[200]);
        Assert.Equal("cm_null_read", Assert.Single(dump.Crashes).Function);
        Assert.Equal(true, dump.Completeness.Complete);
        Assert.Equal(5_000 + 1_790_000_000_000, dump.ReceivedAt.ToUnixTimeMilliseconds());
        Assert.Equal("6.1.0-56-amd64", dump.KernelRelease);
        Assert.Equal("10.0.0.12", dump.Host.Address!.ToString());
        Assert.Equal(6665, dump.Host.Port);
    }

    [Theory]
    [InlineData("---[ end Kernel panic - not syncing: Fatal exception in interrupt ]---")]
    [InlineData("Rebooting in 1 seconds..")]
    public void LastWords_CloseTheWindowAtOnce(string lastWords)
    {
        var intake = new Intake().TakeAll(Console.Records(1, [.. Console.Oops, Console.Panic, "Kernel Offset: 0x1000 from 0xffffffff81000000", lastWords]));

        Assert.Empty(intake.Pass(249).Dumps);
        var dump = Assert.Single(intake.Pass(1).Dumps);
        Assert.EndsWith(lastWords + "\n", dump.Log.Text());
        Assert.True(Assert.Single(dump.Crashes).Fatal);
    }

    [Fact]
    public void LinesAfterTheLastWords_WithinTheGrace_AreStillTaken()
    {
        var intake = new Intake().TakeAll(Console.Records(1, [.. Console.Oops, Console.Panic, "Kernel Offset: 0x1000"])).Pass(200)
            .Take(Console.Record(15, "Rebooting in 1 seconds..")).Pass(60_000);

        Assert.EndsWith("Rebooting in 1 seconds..\n", Assert.Single(intake.Dumps).Log.Text());
    }

    [Fact]
    public void TwoCrashes_WithSilenceBetween_AreTwoDumpsAndNeitherIsDoubled()
    {
        var intake = new Intake().TakeAll(Console.Records(1, Console.Oops)).Pass(3_000)
            .TakeAll(Console.Records(13, ["calm", .. Console.Oops])).Pass(3_000);

        Assert.Equal(2, intake.Dumps.Count);
        Assert.All(intake.Dumps, dump => Assert.Single(dump.Crashes));
        Assert.StartsWith("<6>[    0.013000] calm\n", intake.Dumps[1].Log.Text());
        Assert.NotEqual(intake.Dumps[0].Key, intake.Dumps[1].Key);
    }

    [Fact]
    public void OtherSourcePort_IsAnotherMachine()
    {
        var nat = Intake.Web12 with { Port = 40_001 };
        var intake = new Intake();
        foreach (var record in Console.Records(1, Console.Oops))
        {
            intake.Take(Intake.Web12, record).Take(nat, record);
        }

        intake.Pass(3_000);
        Assert.Equal([6665, 40_001], intake.Dumps.Select(dump => dump.Host.Port!.Value).Order());
        Assert.Equal(0, intake.Shard.DuplicateRecords);
    }

    [Fact]
    public void UserSpace_WritingAnOops_OpensNoWindow()
    {
        var intake = new Intake().TakeAll(Console.Oops.Select((line, i) => Console.Record((ulong)i, line, priority: 12))).Pass(60_000);

        Assert.Empty(intake.Dumps);
        Assert.Equal(0, intake.Shard.WindowsOpened);
    }

    [Fact]
    public void LineThatOnlyMayBeginACrash_YieldsNoDump()
    {
        // The first line of an oops and nothing that bears it out... is a crash all the same; a boot is none.
        var intake = new Intake().TakeAll(Console.Records(0, "Linux version 6.1.0 (gcc)", "Command line: panic=1", "EDAC MC: Ver: 3.0.0")).Pass(60_000);

        Assert.Empty(intake.Dumps);
        Assert.Equal(0, intake.Shard.WindowsOpened);
    }

    [Fact]
    public void Records_OutOfOrderAndTwice_AreWrittenInOrderOnce()
    {
        var records = Console.Records(1, Console.Oops).ToArray();
        int[] order = [0, 3, 1, 1, 2, 5, 4, 3, 8, 6, 7, 11, 10, 9, 9];

        var intake = new Intake().TakeAll(order.Select(i => records[i])).Pass(3_000);

        var dump = Assert.Single(intake.Dumps);
        Assert.Equal(Console.Oops, dump.Log.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(']') + 2)..]));
        Assert.Equal(3, intake.Shard.DuplicateRecords);
        Assert.True(intake.Shard.LateRecords > 0);
        Assert.Equal(0, intake.Shard.MissingBySequence);
    }

    [Fact]
    public void Hole_OfWhichNothingIsKnown_IsClaimedAsNeitherLossNorWhole()
    {
        var records = Console.Records(1, Console.Oops).ToArray();

        var dump = Assert.Single(new Intake().TakeAll(records.Where((_, i) => i is not (4 or 5))).Pass(3_000).Dumps);

        Assert.Null(dump.Completeness.Complete);
        Assert.Null(dump.Completeness.Missing);
        Assert.Contains("2 record numbers in 1 place did not come: lost, or held back by the sender's console level", dump.Completeness.Notes);
        Assert.DoesNotContain(GapMark.Prefix, dump.Log.Text());
    }

    [Fact]
    public void Hole_WhereEveryLevelIsSent_IsALossWithAMark()
    {
        var records = Console.Records(1, Console.Oops).Prepend(Console.Record(0, "debug", priority: 7)).ToArray();

        var intake = new Intake().TakeAll(records.Where((_, i) => i is not (5 or 6 or 9))).Pass(3_000);

        var dump = Assert.Single(intake.Dumps);
        Assert.Equal(false, dump.Completeness.Complete);
        Assert.Equal([new MissingRange(5, 6), new MissingRange(9, 9)], dump.Completeness.MissingRanges);
        Assert.Equal((13, 10, 3), (dump.Completeness.Expected, dump.Completeness.Received, dump.Completeness.Missing));
        Assert.Contains("\n--- mayday: gap: records 5-6 missing ---\n", dump.Log.Text());
        Assert.Equal(3, intake.Shard.MissingBySequence);
    }

    [Fact]
    public void MessageIds_TellLossFromWhatTheConsoleLevelHeldBack()
    {
        // Records 3, 5 and 6 never came; message ids show that 5 was sent.
        var sent = Console.Oops.Select((line, i) => (Sequence: i + 1, Line: line)).Where(one => one.Sequence is not (3 or 6)).ToArray();
        var records = sent.Select((one, i) => (one.Sequence, Datagram: Console.Record((ulong)one.Sequence, one.Line, fields: $" host=web-12\n msgid={uint.MaxValue - 1 + (uint)i}\n")))
            .Where(one => one.Sequence != 5).Select(one => one.Datagram);

        var intake = new Intake().TakeAll(records).Pass(3_000);

        var dump = Assert.Single(intake.Dumps);
        Assert.Equal(false, dump.Completeness.Complete);
        Assert.Equal((10, 9, 1), (dump.Completeness.Expected, dump.Completeness.Received, dump.Completeness.Missing));
        Assert.Equal(1, intake.Shard.MissingByMessageId);
        Assert.Contains("2 records were held back by the sender's console level (message ids are unbroken there)", dump.Completeness.Notes);
        Assert.Equal("web-12", dump.Host.Name);
        Assert.Equal([new UserField("host", "web-12")], dump.UserFields);
    }

    [Fact]
    public void MessageIds_Unbroken_ProveThatNothingIsMissing()
    {
        var records = Console.Oops.Select((line, i) => Console.Record((ulong)(2 * i), line, fields: $" msgid={i + 1}\n"));

        var dump = Assert.Single(new Intake().TakeAll(records).Pass(3_000).Dumps);

        Assert.Equal(true, dump.Completeness.Complete);
        Assert.Equal(0, dump.Completeness.Missing);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2 })]
    [InlineData(new[] { 2, 0, 1 })]
    [InlineData(new[] { 1, 1, 2, 0, 2 })]
    public void Fragments_InAnyOrderAndTwice_AreJoined(int[] order)
    {
        var fragments = Console.Fragments(1, Console.Bug + "\\x0asecond line\n SUBSYSTEM=net\n host=web-12\n msgid=1\n", 30);
        Assert.Equal(4, fragments.Length);

        var intake = new Intake().TakeAll(order.Select(i => fragments[i])).Take(fragments[3]).TakeAll(Console.Records(2, Console.Oops[1..])).Pass(3_000);

        var dump = Assert.Single(intake.Dumps);
        Assert.StartsWith($"<6>[    0.001000] {Console.Bug}\n<6>[    0.001000] second line\n<6>[    0.002000] ", dump.Log.Text());
        Assert.Contains(new UserField("SUBSYSTEM", "net"), dump.UserFields);
        Assert.Equal("web-12", dump.Host.Name);
        Assert.Equal(order.Length - 3, intake.Shard.DuplicateFragments);
        Assert.Equal(0, intake.Machine.Netconsole.FragmentBytes);
    }

    [Fact]
    public void Fragment_ThatNeverCame_IsMarked()
    {
        var fragments = Console.Fragments(5, "Modules linked in: " + string.Join(' ', Enumerable.Range(0, 60).Select(i => $"module{i}")) + "\n", 200);
        var intake = new Intake().TakeAll(Console.Records(1, Console.Oops[..4])).TakeAll(fragments.Where((_, i) => i != 1)).TakeAll(Console.Records(6, Console.Oops[4..]));

        var dump = Assert.Single(intake.Pass(60_000).Dumps);

        Assert.Equal(false, dump.Completeness.Complete);
        Assert.Contains("\n--- mayday: gap: part of record 5 missing, 200 bytes ---\n", dump.Log.Text());
        Assert.Contains("1 record came only in part", dump.Completeness.Notes);
        Assert.Equal(1, intake.Shard.IncompleteRecords);
    }

    [Fact]
    public void Fragment_WithAnotherTotal_IsRefused()
    {
        var intake = new Intake().Take("6,1,2,-,ncfrag=0/31;a").Take("6,1,2,-,ncfrag=1/40;b");

        Assert.Equal(1, intake.Shard.RejectedFor(PacketRejectReason.FragmentTotalChanged));
    }

    [Theory]
    [InlineData("6,1,2,-,ncfrag=31/31;x", PacketRejectReason.FragmentOffsetBeyondTotal)]
    [InlineData("6,1,2,-,ncfrag=30/31;xy", PacketRejectReason.FragmentEndBeyondTotal)]
    [InlineData("6,1,2,-,ncfrag=0/31;", PacketRejectReason.FragmentEmpty)]
    [InlineData("6,1,2,-,ncfrag=0/4294967295;x", PacketRejectReason.FragmentTotalTooLarge)]
    [InlineData("6,1,2,-,ncfrag=0/31,ncfrag=0/9;x", PacketRejectReason.FragmentRepeated)]
    [InlineData("6,1,2,-,ncfrag=-1/31;x", PacketRejectReason.FragmentMalformed)]
    public void LyingFragment_IsCountedAndNotTakenForText(string datagram, PacketRejectReason reason)
    {
        var intake = new Intake().Take(datagram);

        Assert.Equal(1, intake.Shard.RejectedFor(reason));
        Assert.Equal(0, intake.Machine.Netconsole.StreamCount);
    }

    [Fact]
    public void Reboot_InAnOpenWindow_ClosesItAndBeginsAnew()
    {
        var intake = new Intake().TakeAll(Console.Records(300, Console.Oops)).Pass(1_900)
            .TakeAll(Console.Records(311, "late").Concat(Console.Records(0, "Linux version 6.1.0 (gcc)", "Command line: quiet")));

        var dump = Assert.Single(intake.Dumps);
        Assert.Contains("ended where the sender's record numbers began again (a reboot, as a rule)", dump.Completeness.Notes);
        Assert.DoesNotContain("Linux version", dump.Log.Text());
        Assert.Equal(1, intake.Shard.StreamRestarts);

        // A crash of the new boot, with numbers that the old one used too.
        intake.TakeAll(Console.Records(300, Console.Oops)).Pass(3_000);
        Assert.Equal(2, intake.Dumps.Count);
        Assert.StartsWith("<6>[    0.000000] Linux version", intake.Dumps[1].Log.Text());
        Assert.Equal(0, intake.Shard.DuplicateRecords - 1);
    }

    [Fact]
    public void Reboot_AfterSilence_WithNumbersNearTheOldOnes_IsNoCopy()
    {
        var intake = new Intake().TakeAll(Console.Records(10, Console.Oops)).Pass(10_000).TakeAll(Console.Records(10, Console.Oops)).Pass(10_000);

        Assert.Equal(2, intake.Dumps.Count);
        Assert.Equal(1, intake.Shard.StreamRestarts);
    }

    [Fact]
    public void OtherRelease_IsAnotherBoot()
    {
        var intake = new Intake().Take(Console.Record(5, "one", release: "6.1.0,")).Take(Console.Record(6, "two", release: "6.2.0,"));

        Assert.Equal(1, intake.Shard.StreamRestarts);
    }

    [Fact]
    public void Release_OfThePrefix_IsTheDumps()
    {
        var dump = Assert.Single(new Intake().TakeAll(Console.Oops.Select((line, i) => Console.Record((ulong)i, line, release: "6.17.0-rc1,"))).Pass(3_000).Dumps);

        Assert.Equal("6.17.0-rc1", dump.KernelRelease);
    }

    [Fact]
    public void GoldenRecordWithEverything_IsWrittenInKernelPrintStyle()
    {
        var intake = new Intake().TakeAll(Console.Records(1200, Console.Oops[..7])).Take(NetconsoleVectors.WithEverything).Pass(3_000);

        var dump = Assert.Single(intake.Dumps);
        Assert.Contains("<4>[   98.765432][    C3] x\n", dump.Log.Text());
        Assert.Equal(["SUBSYSTEM=net", "host=web-12", "cpu=3", "taskname=swapper/3", "release=6.17.0-rc1"], dump.UserFields.Select(field => $"{field.Key}={field.Value}"));
    }

    [Fact]
    public void Escapes_ComeOutAsTheBytesTheKernelPrinted()
    {
        var dump = Assert.Single(new Intake().TakeAll(Console.Records(1, [.. Console.Oops, "a\\x09b\\x5cc\\xc3\\xa9"])).Pass(3_000).Dumps);

        Assert.EndsWith("a\tb\\c\u00e9\n", Encoding.UTF8.GetString(dump.Log.Span));
    }

    [Fact]
    public void FullWindow_SplitsBeforeTheNextReportAndNotBeforeItsPanic()
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.WindowMaxBytes = 64 << 10;
            options.Netconsole.WindowBytes = 1 << 20;
        }).TakeAll(Console.Records(1, Console.Oops)).TakeAll(Console.Records(13, [.. Enumerable.Range(0, 1_100).Select(i => $"task {i} of a long list of tasks")]))
            .TakeAll(Console.Records(1_113, Console.Panic)).TakeAll(Console.Records(1_114, Console.Oops)).Pass(10_000);

        Assert.Equal(2, intake.Dumps.Count);
        Assert.Contains(Console.Panic, intake.Dumps[0].Log.Text());
        Assert.Contains("full: the log goes on in the next dump", intake.Dumps[0].Completeness.Notes);
        Assert.StartsWith($"<6>[    1.114000] {Console.Bug}", intake.Dumps[1].Log.Text());
        Assert.Contains("goes on where the dump before it was full", intake.Dumps[1].Completeness.Notes);
    }

    [Fact]
    public void LateRecord_OfAFullWindow_StillGoesIntoIt()
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.WindowMaxBytes = 64 << 10;
            options.Netconsole.WindowBytes = 1 << 20;
        }).TakeAll(Console.Records(1, Console.Oops)).TakeAll(Console.Records(13, [.. Enumerable.Range(0, 1_200).Select(i => $"task {i} of a long list of tasks")]))
            .TakeAll(Console.Records(1_214, Console.Oops)).Take(Console.Record(1_213, "late but of the first")).Pass(10_000);

        Assert.Contains("late but of the first", intake.Dumps[0].Log.Text());
        Assert.DoesNotContain("late but of the first", intake.Dumps[1].Log.Text());
    }

    [Fact]
    public void HostThatNeverFallsSilent_HasItsWindowClosedByAge()
    {
        var intake = new Intake().TakeAll(Console.Records(1, Console.Oops));
        for (ulong i = 0; i < 100; i++)
        {
            intake.Pass(1_000).Take(Console.Record(13 + i, "chatter"));
        }

        var dump = Assert.Single(intake.Dumps);
        Assert.Contains("ended after its longest time while the sender went on talking", dump.Completeness.Notes);
    }

    [Fact]
    public void Stop_ClosesOpenWindows()
    {
        var dump = Assert.Single(new Intake().TakeAll(Console.Records(1, Console.Oops)).Flush().Dumps);

        Assert.Contains("ended early: the collector was stopped", dump.Completeness.Notes);
    }
}
