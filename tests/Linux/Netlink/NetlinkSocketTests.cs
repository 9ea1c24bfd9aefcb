using Mayday.Linux.Netlink;

namespace Mayday.Linux.Tests.Netlink;

/// <summary>Real netlink sockets of protocol NETLINK_USERSOCK. Hearing groups needs CAP_NET_ADMIN.</summary>
public sealed class NetlinkSocketTests
{
    private const int BufferBytes = 256 << 10;

    // Groups of our own, so that tests which run at the same time do not hear each other: 1 and 2 belong to the collector's.
    private const uint Group9 = 1u << 8;
    private const uint Group10 = 1u << 9;

    private static NetlinkSocket Open(uint groups)
    {
        try
        {
            return NetlinkSocket.Open(NetlinkSocket.UserProtocol, groups, BufferBytes);
        }
        catch (NetlinkException failure) when (failure.Error == NetlinkException.NotPermitted)
        {
            Assert.Skip("hearing netlink groups needs CAP_NET_ADMIN");
            throw;
        }
    }

    private static NetlinkMessage Next(NetlinkSocket socket, byte[] buffer)
    {
        Assert.True(socket.Wait(30_000), "no message came");
        Assert.Equal(NetlinkOutcome.Message, socket.Receive(buffer, out var message));
        return message;
    }

    [Fact]
    public void Message_ToAGroup_ComesOnceWithItsGroupSenderAndCredentials()
    {
        using var receiver = Open(Group9 | Group10);
        using var sender = NetlinkSocket.Open(NetlinkSocket.UserProtocol, 0, BufferBytes);
        var buffer = new byte[100];

        sender.Send("hello"u8, 0, Group10);

        var message = Next(receiver, buffer);
        Assert.Equal("hello"u8.ToArray(), buffer[..message.Length]);
        Assert.Equal((Group10, sender.Port, false), (message.Groups, message.SenderPort, message.IsTruncated));
        Assert.Equal(Environment.ProcessId, message.Credentials!.Value.Pid);
        Assert.False(message.IsFromKernel);
        Assert.Equal(NetlinkOutcome.Nothing, receiver.Receive(buffer, out _));
    }

    [Fact]
    public void Message_ToPortAndGroup_ComesOnce_AndOfSeveralGroupsTheLowestCounts()
    {
        using var receiver = Open(Group9 | Group10);
        using var sender = NetlinkSocket.Open(NetlinkSocket.UserProtocol, 0, BufferBytes);
        var buffer = new byte[100];

        sender.Send("one"u8, receiver.Port, Group9 | Group10);
        sender.Send("two"u8, receiver.Port, 0);

        Assert.Equal(3, Next(receiver, buffer).Length);
        Assert.Equal("one"u8.ToArray(), buffer[..3]);
        // Both ways to one socket: the kernel leaves the port out of the multicast and delivers to it alone.
        Assert.Equal(0u, Next(receiver, buffer).Groups);
        Assert.Equal(NetlinkOutcome.Nothing, receiver.Receive(buffer, out _));
    }

    [Fact]
    public void Message_LongerThanTheBuffer_IsMarkedAsCut()
    {
        using var receiver = Open(Group9);
        using var sender = NetlinkSocket.Open(NetlinkSocket.UserProtocol, 0, BufferBytes);
        var buffer = new byte[100];

        sender.Send(new byte[200], 0, Group9);

        var message = Next(receiver, buffer);
        Assert.Equal((100, true), (message.Length, message.IsTruncated));
    }

    [Fact]
    public void FullBuffer_IsAnOverrunOnce_AndTheDropsAreCounted()
    {
        using var receiver = Open(Group9);
        using var sender = NetlinkSocket.Open(NetlinkSocket.UserProtocol, 0, BufferBytes);
        var message = new byte[8000];
        for (var i = 0; i < 2_000; i++)
        {
            sender.Send(message, 0, Group9);
        }

        var buffer = new byte[9000];
        var (messages, overruns) = (0, 0);
        for (var outcome = receiver.Receive(buffer, out _); outcome != NetlinkOutcome.Nothing; outcome = receiver.Receive(buffer, out _))
        {
            messages += outcome == NetlinkOutcome.Message ? 1 : 0;
            overruns += outcome == NetlinkOutcome.Overrun ? 1 : 0;
        }

        Assert.Equal(1, overruns);
        Assert.InRange(messages, 1, 1_999);
        Assert.InRange(receiver.ReadDrops(), 1u, 1_999u);
        sender.Send("again"u8, 0, Group9);
        Assert.Equal(5, Next(receiver, buffer).Length);
    }

    [Fact]
    public void Kernel_AsSender_IsKnownByItsPort()
    {
        // The kernel answers a request on NETLINK_ROUTE: RTM_GETLINK (18), NLM_F_REQUEST | NLM_F_DUMP.
        using var socket = NetlinkSocket.Open(0, 0, BufferBytes);
        byte[] request = [20, 0, 0, 0, 18, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var buffer = new byte[32 << 10];

        socket.Send(request, 0, 0);

        var message = Next(socket, buffer);
        Assert.True(message.IsFromKernel);
        Assert.Equal(0u, message.SenderPort);
    }

    [Fact]
    public void UnregisteredProtocol_IsRefusedWithItsErrorNumber()
    {
        // 27 has been free since netlink began.
        var failure = Assert.Throws<NetlinkException>(() => NetlinkSocket.Open(27, 1, BufferBytes));

        Assert.Equal(NetlinkException.NotSupported, failure.Error);
        Assert.StartsWith("Cannot open a netlink socket: ", failure.Message);
    }
}
