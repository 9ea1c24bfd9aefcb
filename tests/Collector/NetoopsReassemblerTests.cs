using System.Security.Cryptography;
using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Collector.Tests;

public sealed class NetoopsReassemblerTests
{
    [Fact]
    public void Dump_OfThreeRounds_IsWholeInTheFirstAndOneDumpInAll()
    {
        var log = Netoops.Log(70_000);
        var packets = Netoops.Packets(log);
        var intake = new Intake();
        foreach (var packet in packets)
        {
            intake.Take(packet);
        }

        var dump = Assert.Single(intake.Dumps);
        for (var round = 2; round <= 3; round++)
        {
            foreach (var packet in packets)
            {
                intake.Take(packet);
            }
        }

        intake.Pass(60_000);
        Assert.Single(intake.Dumps);
        Assert.Equal(log, dump.Log.ToArray());
        Assert.Equal(2 * packets.Length, intake.Shard.DuplicateFragments);
        Assert.Equal(0, intake.Shard.ConflictingFragments);
        Assert.Equal(true, dump.Completeness.Complete);
        Assert.Equal(packets.Length, dump.Completeness.Expected);
        Assert.Equal(0, dump.Completeness.Missing);
    }

    [Fact]
    public void Dump_InTwoPieces_JoinsThemWithShortPacketsInTheMiddle()
    {
        var log = NetoopsVectors.PatternLog(8000);
        var packets = Netoops.Packets(log, older: 5000);

        var dump = Assert.Single(new Intake().Replay(packets.Reverse().Select(packet => new CapturedDatagram(0, packet))).Dumps);

        Assert.Equal("618b405ebe37643ec8904a4a7c957a667aa21a60a392890a970a9181eb5157f5", Convert.ToHexStringLower(SHA256.HashData(dump.Log.Span)));
    }

    [Fact]
    public void GoldenOopsThenPanic_InOneSecondWithOneDumpId_AreTwoDumps()
    {
        var intake = new Intake();
        for (var round = 0; round < 3; round++)
        {
            intake.Take(NetoopsVectors.OopsOnX64.Datagram());
            intake.Take(NetoopsVectors.PanicAfterIt.Datagram());
        }

        Assert.Equal(2, intake.Pass(60_000).Dumps.Count);
        Assert.Equal(NetoopsVectors.BugLine, Encoding.ASCII.GetString(intake.Dumps[0].Log.Span));
        Assert.Equal(NetoopsVectors.BugAndPanicLines, Encoding.ASCII.GetString(intake.Dumps[1].Log.Span));
        Assert.Contains(new RegisterValue("RIP", "ffffffff81336a5c"), intake.Dumps[0].HeaderRegisters);
        Assert.Empty(intake.Dumps[1].HeaderRegisters);
        Assert.NotEqual(intake.Dumps[0].Key, intake.Dumps[1].Key);
    }

    [Fact]
    public void GoldenVectors_OfEveryLayout_GiveTheirFields()
    {
        var intake = new Intake();
        foreach (var vector in NetoopsVectors.All)
        {
            intake.Take(vector.Datagram());
        }

        Assert.Equal(NetoopsVectors.All.Count, intake.Dumps.Count);
        var first = intake.Dumps[0];
        Assert.Equal(("11223344", 0x1234, "oops", "2.6.32-220.23.1.el6.x86_64"), (first.BootId, first.DumpNumber, first.DumpType, first.KernelRelease));
        Assert.Equal("Intel family 6 model 26 stepping 5", first.Processor);
        Assert.Equal(Transport.Netoops, first.Transport);
        Assert.Equal("10.0.0.12", first.Host.Address!.ToString());
        var words = intake.Dumps.Single(dump => dump.UserFields.Count > 0);
        Assert.Equal([new UserField("rack", "12"), new UserField("slot", "7")], words.UserFields);
        Assert.Equal(128, words.UserBlob.Length);
        Assert.Contains(intake.Dumps, dump => dump is { DumpType: "soft", BootId: null });
        Assert.Contains(intake.Dumps, dump => dump.KernelRelease == new string('v', 64));
    }

    [Fact]
    public void UserBlob_WithHost_NamesTheHost()
    {
        var header = Netoops.Header() with { UserBlob = "host=web-12\nrack=4\n"u8.ToArray() };

        var dump = Assert.Single(new Intake().Take(Netoops.Packets(Netoops.Log(10), header)[0]).Dumps);

        Assert.Equal("web-12", dump.Host.Name);
    }

    [Fact]
    public void LostPackets_AfterQuiet_AreNamedAndMarkedAtTheirPlace()
    {
        var log = Netoops.Log(10 * 1024 - 200);
        var packets = Netoops.Packets(log);
        var intake = new Intake();
        foreach (var number in new[] { 0, 1, 2, 5, 6, 8, 9 })
        {
            intake.Take(packets[number]);
        }

        intake.Pass(1_999);
        Assert.Empty(intake.Dumps);
        var dump = Assert.Single(intake.Pass(1).Dumps);

        Assert.Equal(false, dump.Completeness.Complete);
        Assert.Equal([new MissingRange(3, 4), new MissingRange(7, 7)], dump.Completeness.MissingRanges);
        Assert.Equal((10, 7, 3, 3 * 1024), (dump.Completeness.Expected, dump.Completeness.Received, dump.Completeness.Missing, dump.Completeness.MissingBytes));
        var text = Encoding.ASCII.GetString(dump.Log.Span);
        var oldest = Encoding.ASCII.GetString(log[..2048]);
        Assert.StartsWith(oldest + "\n--- mayday: gap: packet 7 missing, up to 1024 bytes ---\n", text);
        Assert.Contains("\n--- mayday: gap: packets 3-4 missing, up to 2048 bytes ---\n", text);
        Assert.EndsWith(Encoding.ASCII.GetString(log[^(2 * 1024 + 824)..]), text);
    }

    [Fact]
    public void LoneNewestPacket_OfALargeDump_SaysThatAllElseIsMissing()
    {
        var packets = Netoops.Packets(Netoops.Log(300_000));

        var dump = Assert.Single(new Intake().Take(packets[0]).Pass(2_000).Dumps);

        Assert.Equal([new MissingRange(1, packets.Length - 1)], dump.Completeness.MissingRanges);
        Assert.StartsWith($"--- mayday: gap: packets 1-{packets.Length - 1} missing", Encoding.ASCII.GetString(dump.Log.Span));
    }

    [Fact]
    public void EmptyPackets_OfTheSendersDefect_AreMarkedButNotMissing()
    {
        var log = Netoops.Log(4096);
        var packets = Netoops.Packets(log, older: 2048, losesFullLastChunk: true);
        var intake = new Intake();
        foreach (var packet in packets)
        {
            intake.Take(packet);
        }

        var dump = Assert.Single(intake.Dumps);
        Assert.Equal(true, dump.Completeness.Complete);
        Assert.Equal(2048, dump.Completeness.MissingBytes);
        Assert.Contains("2 packets came empty: 2048 bytes lost by the sender", dump.Completeness.Notes);
        Assert.Contains("--- mayday: gap: packet 0 came empty, 1024 bytes lost by the sender ---\n", Encoding.ASCII.GetString(dump.Log.Span));
    }

    [Fact]
    public void SecondDump_WithEqualPrefix_IsADumpOfItsOwn()
    {
        // Two soft dumps in one second, ring not wrapped: only the newest text differs, the older packets are equal.
        var first = Netoops.Log(3_500);
        var second = first.ToArray();
        Encoding.ASCII.GetBytes("second").CopyTo(second.AsSpan(3_400));
        var intake = new Intake();
        foreach (var log in new[] { first, second })
        {
            for (var round = 0; round < 3; round++)
            {
                foreach (var packet in Netoops.Packets(log))
                {
                    intake.Take(packet);
                }
            }
        }

        intake.Pass(60_000);
        Assert.Equal(2, intake.Dumps.Count);
        Assert.All(intake.Dumps, dump => Assert.Equal(true, dump.Completeness.Complete));
        Assert.Equal(first, intake.Dumps[0].Log.ToArray());
        Assert.Equal(second, intake.Dumps[1].Log.ToArray());
    }

    [Fact]
    public void SecondDump_WithEqualPrefixWhileTheFirstLacksAPacket_TakesNoneOfTheOther()
    {
        var first = Netoops.Packets(Netoops.Log(5_000, "first"));
        var second = Netoops.Packets(Netoops.Log(5_000, "other"));
        var intake = new Intake();
        foreach (var packet in first.Where((_, number) => number != 3).Concat(second))
        {
            intake.Take(packet);
        }

        intake.Pass(60_000);
        Assert.Equal(2, intake.Dumps.Count);
        Assert.Equal(Netoops.Log(5_000, "other"), intake.Dumps.Single(dump => dump.Completeness.Complete == true).Log.ToArray());
        Assert.DoesNotContain("other", Encoding.ASCII.GetString(intake.Dumps.Single(dump => dump.Completeness.Complete == false).Log.Span));
    }

    [Fact]
    public void OldestPacket_OverwrittenBetweenRounds_IsNotedAndNoSecondDump()
    {
        var packets = Netoops.Packets(Netoops.Log(8_000));
        var changed = packets[^1].ToArray();
        changed[^1000] ^= 0x20;
        var intake = new Intake();

        // Number 3 is lost twice; the oldest packet changes in the second round.
        foreach (var packet in packets.Where((_, number) => number != 3).Concat(packets[..^1].Where((_, number) => number != 3)).Append(changed).Concat(packets[..^1]).Append(changed))
        {
            intake.Take(packet);
        }

        var dump = Assert.Single(intake.Pass(60_000).Dumps);
        Assert.Equal(true, dump.Completeness.Complete);
        Assert.Equal(Netoops.Log(8_000), dump.Log.ToArray());
        Assert.Equal(1, intake.Shard.ConflictingFragments);
    }

    [Fact]
    public void OldestPacket_OverwrittenInAPartialDump_IsNotedInIt()
    {
        var packets = Netoops.Packets(Netoops.Log(8_000));
        var changed = packets[^1].ToArray();
        changed[^1000] ^= 0x20;
        var intake = new Intake();
        foreach (var packet in packets[1..].Append(changed).Concat(packets[1..]))
        {
            intake.Take(packet);
        }

        var dump = Assert.Single(intake.Pass(60_000).Dumps);
        Assert.Equal([new MissingRange(0, 0)], dump.Completeness.MissingRanges);
    }

    [Fact]
    public void MachinesAndDumps_Interleaved_AreKeptApart()
    {
        var one = Netoops.Packets(Netoops.Log(20_000, "one"));
        var two = Netoops.Packets(Netoops.Log(20_000, "two"));
        var intake = new Intake();
        for (var i = 0; i < one.Length; i++)
        {
            // Equal prefixes from two machines: the source keeps them apart.
            intake.Take(Intake.Web12, one[i]).Take(Intake.Db03, two[i]);
        }

        Assert.Equal(2, intake.Dumps.Count);
        Assert.Equal(Netoops.Log(20_000, "two"), intake.Dumps.Single(dump => dump.Host.Address!.ToString() == "10.0.0.3").Log.ToArray());
        Assert.NotEqual(intake.Dumps[0].Key, intake.Dumps[1].Key);
    }

    [Fact]
    public void SameDump_AgainAfterItWasForgotten_HasTheSameKey()
    {
        var packet = NetoopsVectors.OopsOnX64.Datagram();

        var dumps = new Intake().Take(packet).Pass(60_000).Take(packet).Dumps;

        Assert.Equal(2, dumps.Count);
        Assert.Equal(dumps[0].Key, dumps[1].Key);
        Assert.NotEqual(dumps[0].Id, dumps[1].Id);
    }

    [Fact]
    public void LatePacket_OfAPartialDump_IsCountedAndNoSecondDump()
    {
        var packets = Netoops.Packets(Netoops.Log(3_000));
        var intake = new Intake().Take(packets[0]).Take(packets[2]).Pass(2_000).Take(packets[1]).Pass(60_000);

        Assert.Single(intake.Dumps);
        Assert.Equal(1, intake.Shard.LateFragments);
    }

    [Theory]
    [InlineData("too short", PacketRejectReason.TooShort)]
    [InlineData("version", PacketRejectReason.UnknownVersion)]
    [InlineData("data offset", PacketRejectReason.DataOffsetBeyondEnd)]
    [InlineData("count", PacketRejectReason.NoPackets)]
    [InlineData("empty", PacketRejectReason.Empty)]
    public void MalformedDatagram_IsCountedWithItsReason(string defect, PacketRejectReason reason)
    {
        var packet = NetoopsVectors.OopsOnX64.Datagram();
        switch (defect)
        {
            case "too short":
                packet = packet[..19];
                break;
            case "version":
                packet[0] = 4;
                break;
            case "data offset":
                packet[4] = 0xff;
                packet[5] = 0xff;
                break;
            case "count":
                packet[12] = 0;
                break;
            default:
                packet = [];
                break;
        }

        var intake = new Intake().Take(packet).Pass(60_000);

        Assert.Empty(intake.Dumps);
        Assert.Equal(1, intake.Shard.RejectedFor(reason));
    }

    [Fact]
    public void TruncatedDatagram_IsRefused()
    {
        var intake = new Intake();
        intake.Take(Intake.Web12, NetoopsVectors.OopsOnX64.Datagram(), isTruncated: true);

        Assert.Empty(intake.Pass(60_000).Dumps);
        Assert.Equal(1, intake.Shard.RejectedFor(PacketRejectReason.Truncated));
    }
}
