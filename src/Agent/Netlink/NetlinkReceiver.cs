using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Mayday.Agent.Netlink;

/// <summary>What a <see cref="NetlinkReceiver.Receive"/> brought.</summary>
internal enum NetlinkReceipt
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

/// <summary>
/// A multicast netlink socket for one thread that blocks: .NET knows no AF_NETLINK. The sender's port is in the address of each datagram, 0 for
/// the kernel. Source: include/uapi/linux/netlink.h, netlink(7).
/// </summary>
internal sealed partial class NetlinkReceiver : IDisposable
{
    private const int Family = 16;
    private const int Raw = 3;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int SocketLevel = 1;
    private const int ReceiveBuffer = 8;
    private const int ReceiveBufferForce = 33;
    private const short PollIn = 1;
    private const int NoBuffers = 105;
    private const int AddressLength = 12;
    private const int PortOffset = 4;
    private const int GroupsOffset = 8;

    // A burst of 2,000 records of 500 bytes; the default of 208 KiB holds a tenth of it with its overhead.
    private const int BufferBytes = 4 << 20;

    private readonly int _socket;
    private readonly int _wake;
    private readonly bool _allowsUserSpace;
    private bool _disposed;

    private NetlinkReceiver(int socket, int wake, bool allowsUserSpace) => (_socket, _wake, _allowsUserSpace) = (socket, wake, allowsUserSpace);

    /// <summary>Opens a socket and joins the groups.</summary>
    /// <exception cref="IOException">The protocol is not there, or this user may not listen; the message is the kernel's.</exception>
    public static NetlinkReceiver Open(NetlinkGroups groups)
    {
        var socket = OpenSocket(Family, Raw | NonBlocking | CloseOnExec, groups.Protocol);
        if (socket < 0)
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        // Past the system's limit only with CAP_NET_ADMIN.
        if (SetOption(socket, SocketLevel, ReceiveBufferForce, BufferBytes, sizeof(int)) != 0)
            _ = SetOption(socket, SocketLevel, ReceiveBuffer, BufferBytes, sizeof(int));
        Span<byte> address = stackalloc byte[AddressLength];
        MemoryMarshal.Write(address, (ushort)Family);
        MemoryMarshal.Write(address[GroupsOffset..], groups.Groups);
        var wake = -1;
        if (Bind(socket, address, AddressLength) != 0 || (wake = EventFd(0, NonBlocking | CloseOnExec)) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _ = Close(socket);
            throw new IOException(new Win32Exception(error).Message);
        }

        return new NetlinkReceiver(socket, wake, groups.AllowsUserSpace);
    }

    /// <summary>Waits for one datagram.</summary>
    /// <param name="buffer">Larger than any datagram of the protocol; a longer one is cut.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="IOException">The socket is broken.</exception>
    public NetlinkReceipt Receive(Span<byte> buffer, out int length)
    {
        length = 0;
        Span<PollEntry> entries = [new() { File = _socket, Events = PollIn }, new() { File = _wake, Events = PollIn }];
        _ = Poll(entries, (nuint)entries.Length, -1);
        if (entries[0].Returned == 0)
            return NetlinkReceipt.Nothing;

        Span<byte> address = stackalloc byte[AddressLength];
        var addressLength = (uint)AddressLength;
        var read = ReceiveFrom(_socket, buffer, (nuint)buffer.Length, 0, address, ref addressLength);
        if (read < 0)
        {
            return Marshal.GetLastPInvokeError() switch
            {
                NoBuffers => NetlinkReceipt.Overrun,
                // EAGAIN, EINTR
                11 or 4 => NetlinkReceipt.Nothing,
                var error => throw new IOException(new Win32Exception(error).Message),
            };
        }

        length = (int)read;
        var port = MemoryMarshal.Read<uint>(address[PortOffset..]);
        return port == 0 || _allowsUserSpace ? NetlinkReceipt.Datagram : NetlinkReceipt.Stranger;
    }

    /// <summary>Ends a <see cref="Receive"/>, now or the next ones; any thread.</summary>
    public void Wake()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(one, 1);
        _ = Write(_wake, one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _ = Close(_socket);
        _ = Close(_wake);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int option, in int value, uint length);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, ReadOnlySpan<byte> address, uint length);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint ReceiveFrom(int socket, Span<byte> buffer, nuint length, int flags, Span<byte> address, ref uint addressLength);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Span<PollEntry> entries, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int file, ReadOnlySpan<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
