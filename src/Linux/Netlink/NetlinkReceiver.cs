using System.ComponentModel;

namespace Mayday.Linux.Netlink;

/// <summary>What a <see cref="NetlinkReceiver.Receive"/> brought.</summary>
public enum NetlinkReceipt
{
    /// <summary>A datagram.</summary>
    Datagram,

    /// <summary>A datagram of a program, where only the kernel's are taken.</summary>
    Stranger,

    /// <summary>The socket's buffer was full (ENOBUFS): datagrams are gone, nobody knows how many.</summary>
    Overrun,

    /// <summary>It was woken, or interrupted.</summary>
    Nothing,
}

/// <summary>A <see cref="NetlinkSocket"/> for one thread that blocks, and who is believed on it.</summary>
public sealed class NetlinkReceiver : IDisposable
{
    // A burst of 2,000 records of 500 bytes; the default of 208 KiB holds a tenth of it with its overhead.
    private const int BufferBytes = 4 << 20;

    private readonly NetlinkSocket _socket;
    private readonly bool _allowsUserSpace;

    private NetlinkReceiver(NetlinkSocket socket, bool allowsUserSpace) => (_socket, _allowsUserSpace) = (socket, allowsUserSpace);

    /// <summary>Opens a socket and joins the groups.</summary>
    /// <exception cref="IOException">The protocol is not there, or this user may not listen; the message is the kernel's.</exception>
    public static NetlinkReceiver Open(NetlinkGroups groups)
    {
        try
        {
            return new NetlinkReceiver(NetlinkSocket.Open(groups.Protocol, groups.Groups, BufferBytes), groups.AllowsUserSpace);
        }
        catch (NetlinkException refused)
        {
            throw new IOException(new Win32Exception(refused.Error).Message, refused);
        }
    }

    /// <summary>Waits for one datagram.</summary>
    /// <param name="buffer">Larger than any datagram of the protocol; a longer one is cut.</param>
    /// <param name="message">Its length, group and sender.</param>
    /// <exception cref="IOException">The socket is broken.</exception>
    public NetlinkReceipt Receive(Span<byte> buffer, out NetlinkMessage message)
    {
        message = default;
        if (!_socket.Wait(-1))
        {
            return NetlinkReceipt.Nothing;
        }

        try
        {
            var outcome = _socket.Receive(buffer, out message);
            return outcome switch
            {
                NetlinkOutcome.Message => message.IsFromKernel || _allowsUserSpace ? NetlinkReceipt.Datagram : NetlinkReceipt.Stranger,
                NetlinkOutcome.Overrun => NetlinkReceipt.Overrun,
                _ => NetlinkReceipt.Nothing,
            };
        }
        catch (NetlinkException broken)
        {
            throw new IOException(new Win32Exception(broken.Error).Message, broken);
        }
    }

    /// <summary>Ends a <see cref="Receive"/>, now or the next ones; any thread.</summary>
    public void Wake() => _socket.Wake();

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
