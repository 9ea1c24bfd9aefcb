using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mayday.Agent.Uevents;
using Mayday.Linux.Netlink;

namespace Mayday.Agent.Tests.Netlink;

/// <summary>On real sockets: NETLINK_USERSOCK, and the uevents of this machine's kernel.</summary>
public sealed partial class NetlinkReceiverTests
{
    private const int UserSocket = 2;

    [Theory]
    [InlineData("2:3:user", 2, 3u, true)]
    [InlineData("31:4294967295", 31, uint.MaxValue, false)]
    public void Parse_Groups_AreRead(string text, int protocol, uint groups, bool allowsUserSpace)
    {
        Assert.True(NetlinkGroups.TryParse(text, out var read));
        Assert.Equal(new NetlinkGroups(protocol, groups, allowsUserSpace), read);
        Assert.Equal(text, read.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("2:0")]
    [InlineData("32:1")]
    [InlineData("2:1:kernel")]
    [InlineData("2:1:user:")]
    [InlineData("-1:1")]
    [InlineData("2:0x3")]
    public void Parse_AnythingElse_IsRefused(string text) => Assert.False(NetlinkGroups.TryParse(text, out _));

    [Theory]
    [InlineData(true, nameof(NetlinkReceipt.Datagram))]
    [InlineData(false, nameof(NetlinkReceipt.Stranger))]
    public void Receive_MessageOfAProgram_IsTakenOnlyWhereAllowed(bool allowsUserSpace, string expected)
    {
        using var receiver = OpenOrSkip(new NetlinkGroups(UserSocket, 1u << 20, allowsUserSpace));
        Multicast(1u << 20, [1, 2, 3, 4, 5]);

        var buffer = new byte[100];
        Assert.Equal(expected, receiver.Receive(buffer, out var message).ToString());
        Assert.Equal([1, 2, 3, 4, 5], buffer[..message.Length]);
    }

    [Fact]
    public void Receive_MoreThanTheBufferHolds_IsAnOverrun()
    {
        using var receiver = OpenOrSkip(new NetlinkGroups(UserSocket, 1u << 21, AllowsUserSpace: true));
        var datagram = new byte[8_000];
        for (var i = 0; i < 3_000; i++)
        {
            Multicast(1u << 21, datagram);
        }

        var seen = NetlinkReceipt.Datagram;
        var buffer = new byte[10_000];
        for (var i = 0; i < 3_000 && seen == NetlinkReceipt.Datagram; i++)
        {
            seen = receiver.Receive(buffer, out _);
        }

        Assert.Equal(NetlinkReceipt.Overrun, seen);
    }

    [Fact]
    public void Receive_Woken_ReturnsWithNothing()
    {
        using var receiver = OpenOrSkip(new NetlinkGroups(UserSocket, 1u << 22, AllowsUserSpace: true));
        receiver.Wake();

        Assert.Equal(NetlinkReceipt.Nothing, receiver.Receive(new byte[10], out _));
    }

    [Fact]
    public void Receive_UeventOfThisKernel_IsRead()
    {
        const string Trigger = "/sys/class/net/lo/uevent";
        using var receiver = OpenOrSkip(NetlinkGroups.Uevents);
        try
        {
            File.WriteAllText(Trigger, "offline");
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"{Trigger} cannot be written: {denied.Message}");
        }

        var buffer = new byte[16 << 10];
        while (true)
        {
            if (receiver.Receive(buffer, out var message) != NetlinkReceipt.Datagram
                || Uevent.Parse(buffer.AsSpan(0, message.Length)) is not { Action: "offline" } uevent || !uevent.DevicePath.EndsWith("/net/lo", StringComparison.Ordinal))
            {
                continue;
            }

            var one = UeventRules.EventOf(uevent)!;
            Assert.Equal(("net", "uevent offline@%s: SUBSYSTEM=%s"), (one.Facility, one.Format));
            Assert.NotNull(uevent["SEQNUM"]);
            return;
        }
    }

    [Fact]
    public void PayloadOf_RawMessage_IsWhatStandsBehindAHeaderThatHolds()
    {
        byte[] framed = [20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4];
        byte[] lying = [.. framed];
        lying[0] = 21;

        Assert.Equal([1, 2, 3, 4], NetlinkMessage.PayloadOf(framed).ToArray());
        Assert.Equal(lying, NetlinkMessage.PayloadOf(lying).ToArray());
        Assert.Equal([1, 2], NetlinkMessage.PayloadOf([1, 2]).ToArray());
    }

    private static NetlinkReceiver OpenOrSkip(NetlinkGroups groups)
    {
        try
        {
            return NetlinkReceiver.Open(groups);
        }
        catch (IOException denied)
        {
            Assert.Skip($"netlink groups cannot be joined by this user: {denied.Message}");
            throw;
        }
    }

    // Multicast first, then unicast to port 0, which nobody has: ECONNREFUSED after it was delivered.
    internal static void Multicast(uint groups, byte[] datagram)
    {
        var socket = OpenSocket(16, 3, UserSocket);
        Span<byte> address = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(address, 16);
        MemoryMarshal.Write(address[8..], groups);
        _ = SendTo(socket, datagram, (nuint)datagram.Length, 0, address, 12);
        _ = Close(socket);
    }

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "sendto")]
    private static partial nint SendTo(int socket, ReadOnlySpan<byte> datagram, nuint length, int flags, ReadOnlySpan<byte> address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
