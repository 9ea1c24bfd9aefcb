using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Collector.Receive;
using Mayday.Linux.Netlink;
using Mayday.Protocol;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Collector.Tests;

public sealed class NetlinkIntakeTests
{
    private static readonly Moment s_now = new(1, 1_790_000_000_000_000);
    private static readonly NetlinkMessage s_fromKernel = new(0, false, 0, 2, new NetlinkCredentials(0, 0, 0));
    private static readonly NetlinkMessage s_fromProgram = new(0, false, 4711, 2, new NetlinkCredentials(4711, 1000, 1000));

    private static (List<EventEntry> Entries, ShardCounters Counters) Take(string listen, NetlinkMessage from, params byte[][] messages)
    {
        Assert.True(NetlinkListen.TryParse(listen, out var parsed, out _));
        var writer = new EventBlockWriter();
        var counters = new ShardCounters();
        var intake = new NetlinkIntake(parsed, writer, counters);
        foreach (var message in messages)
        {
            intake.Take(message, from, s_now);
        }

        var entries = new List<EventEntry>();
        while (writer.TryTake(out var block))
        {
            var rest = block.Entries;
            while (EventEntry.TryTake(ref rest, out var entry))
            {
                entries.Add(entry);
            }
        }

        return (entries, counters);
    }

    [Fact]
    public void Record_OfTheKernel_IsTaken()
    {
        var (entries, counters) = Take("7:3", s_fromKernel, EvlogVectors.PrintfFromE1000);

        var entry = Assert.Single(entries);
        Assert.Equal((EventOrigin.Netlink, s_now.Unix), (entry.Origin, entry.Arrival));
        Assert.Equal(EvlogVectors.PrintfFromE1000, entry.Record.ToArray());
        Assert.Equal(1, counters.EventsReceived);
    }

    [Fact]
    public void Record_OfAProgram_IsTakenOnlyWhereProgramsMaySend()
    {
        Assert.Equal(1, Take("2:3", s_fromProgram, EvlogVectors.PrintfFromE1000).Counters.RejectedFor(PacketRejectReason.NotFromKernel));
        Assert.Single(Take("2:3:user", s_fromProgram, EvlogVectors.PrintfFromE1000).Entries);

        // Port 0 with a process behind it is no kernel.
        Assert.Equal(1, Take("2:3", s_fromProgram with { SenderPort = 0 }, EvlogVectors.PrintfFromE1000).Counters.RejectedFor(PacketRejectReason.NotFromKernel));
    }

    [Fact]
    public void Message_OfTheRawGroup_IsItsPayload()
    {
        byte[] withHeader = [24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. "payload!"u8];
        var (entries, _) = Take("7:1", s_fromKernel with { Groups = 1 }, withHeader, "no header"u8.ToArray(), EvlogVectors.BinaryFromScsi);

        Assert.All(entries, entry => Assert.Equal(EventOrigin.NetlinkRaw, entry.Origin));
        Assert.Equal("payload!"u8.ToArray(), entries[0].Record.ToArray());
        Assert.Equal("no header"u8.ToArray(), entries[1].Record.ToArray());
        Assert.Equal(EvlogVectors.BinaryFromScsi[16..], entries[2].Record.ToArray());
    }

    [Fact]
    public void WhatIsNoRecord_IsRefusedWithItsReason()
    {
        Assert.Equal(1, Take("7:3", s_fromKernel with { IsTruncated = true }, EvlogVectors.PrintfFromE1000).Counters.RejectedFor(PacketRejectReason.Truncated));
        Assert.Equal(1, Take("7:3", s_fromKernel, Array.Empty<byte>()).Counters.RejectedFor(PacketRejectReason.Empty));
        // SELinux has protocol 7 today and says other things there.
        Assert.Equal(1, Take("7:3", s_fromKernel, [20, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, .. new byte[60]]).Counters.RejectedFor(PacketRejectReason.EvlogNoMagic));
    }

    [Theory]
    [InlineData("2:3", 2, 3u, false)]
    [InlineData("2:3:user", 2, 3u, true)]
    [InlineData("7:0xffffffff", 7, uint.MaxValue, false)]
    [InlineData("31:4294967295", 31, uint.MaxValue, false)]
    public void Setting_InItsForm_IsRead(string text, int protocol, uint groups, bool takesUserSpace)
    {
        Assert.True(NetlinkListen.TryParse(text, out var listen, out _));
        Assert.Equal(new NetlinkListen(protocol, groups, takesUserSpace), listen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("2:")]
    [InlineData("2:0")]
    [InlineData("2:3:root")]
    [InlineData("2:3:user:more")]
    [InlineData("32:1")]
    [InlineData("-1:1")]
    [InlineData("2:4294967296")]
    [InlineData("2:0x")]
    [InlineData("two:1")]
    public void Setting_InAnotherForm_IsAnErrorThatNamesItsKey(string text)
    {
        var error = Assert.Single(ValidateCollectorOptions.FindErrors(new CollectorOptions { Netlink = text }));

        Assert.StartsWith("Collector:Netlink ", error);
    }
}
