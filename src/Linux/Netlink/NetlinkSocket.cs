using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mayday.Linux.Files;
using Mayday.Linux.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Mayday.Linux.Netlink;

/// <summary>
/// A raw netlink socket that listens to multicast groups: <c>socket(AF_NETLINK, SOCK_RAW, protocol)</c>, bound to a mask of groups 1 to 32, with
/// the senders' credentials. Its messages are handed on as they came, headers included. One thread reads it; receiving allocates nothing. Source of
/// the layouts: <c>netlink(7)</c>, <c>unix(7)</c>; 64-bit Linux only.
/// </summary>
public sealed class NetlinkSocket : IDisposable
{
    /// <summary>Protocol for messages between programs (NETLINK_USERSOCK): the only one that works for self-made groups without a kernel module.</summary>
    public const int UserProtocol = 2;

    /// <summary>Protocol numbers are 0 to 31.</summary>
    public const int MaxProtocol = 31;

    private const int FamilyNetlink = 16;
    private const int TypeRaw = 3;
    private const int ControlCredentials = 2;

    // struct sockaddr_nl: family (2), padding (2), port (4), groups (4).
    private const int AddressLength = 12;
    private const int AddressPort = 4;
    private const int AddressGroups = 8;

    // struct ucred: pid, uid, gid, after a header of 16 bytes.
    private const int CredentialsLength = 12;
    private const int ControlLength = 64;

    private readonly SafeFileHandle _handle;
    private readonly SafeFileHandle _wake;
    private readonly int _descriptor;
    private readonly byte[] _address = GC.AllocateArray<byte>(AddressLength, pinned: true);
    private readonly byte[] _control = GC.AllocateArray<byte>(ControlLength, pinned: true);

    private NetlinkSocket(SafeFileHandle handle, SafeFileHandle wake)
    {
        _handle = handle;
        _wake = wake;
        _descriptor = (int)handle.DangerousGetHandle();
    }

    /// <summary>Whether this system has netlink sockets in the layout that this class knows.</summary>
    public static bool IsSupported => SocketLayout.IsKnown;

    /// <summary>The port (<c>nl_pid</c>) that the kernel gave this socket: where programs can send to it directly.</summary>
    public uint Port { get; private init; }

    /// <summary>Opens and binds.</summary>
    /// <param name="protocol">0 to <see cref="MaxProtocol"/>.</param>
    /// <param name="groups">Mask of the groups to hear: bit 0 is group 1. 0 hears only what is sent to the port itself.</param>
    /// <param name="receiveBufferBytes">Buffer asked for; given in full to who may (CAP_NET_ADMIN), else up to <c>net.core.rmem_max</c>.</param>
    /// <exception cref="NetlinkException">The kernel refuses: its error number says whether the protocol or the right is missing.</exception>
    public static NetlinkSocket Open(int protocol, uint groups, int receiveBufferBytes)
    {
        if (!IsSupported)
        {
            throw new NetlinkException(NetlinkException.NotSupported, "open");
        }

        var descriptor = SocketCalls.Open(FamilyNetlink, TypeRaw | FileCalls.CloseOnExec | FileCalls.NonBlocking, protocol);
        if (descriptor < 0)
        {
            throw new NetlinkException(Marshal.GetLastPInvokeError(), "open");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            Span<int> value = [1];
            if (SocketCalls.SetOption(descriptor, SocketOptions.Level, SocketOptions.PassCredentials, value, sizeof(int)) != 0)
            {
                throw new NetlinkException(Marshal.GetLastPInvokeError(), "ask for credentials on");
            }

            value[0] = receiveBufferBytes;
            if (SocketCalls.SetOption(descriptor, SocketOptions.Level, SocketOptions.ReceiveBufferForce, value, sizeof(int)) != 0)
            {
                _ = SocketCalls.SetOption(descriptor, SocketOptions.Level, SocketOptions.ReceiveBuffer, value, sizeof(int));
            }

            Span<byte> address = stackalloc byte[AddressLength];
            WriteAddress(address, 0, groups);
            if (SocketCalls.Bind(descriptor, address, AddressLength) != 0)
            {
                throw new NetlinkException(Marshal.GetLastPInvokeError(), "bind");
            }

            var length = AddressLength;
            if (SocketCalls.GetName(descriptor, address, ref length) != 0)
            {
                throw new NetlinkException(Marshal.GetLastPInvokeError(), "name");
            }

            var wake = FileCalls.EventFd(0, FileCalls.NonBlocking | FileCalls.CloseOnExec);
            if (wake < 0)
            {
                throw new NetlinkException(Marshal.GetLastPInvokeError(), "wake");
            }

            return new NetlinkSocket(handle, new SafeFileHandle(wake, ownsHandle: true)) { Port = BinaryPrimitives.ReadUInt32LittleEndian(address[AddressPort..]) };
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Waits until a message (or an error) is there.</summary>
    /// <param name="milliseconds">At most so long; -1 without end.</param>
    /// <returns>False when the time was over, or somebody called <see cref="Wake"/>.</returns>
    public bool Wait(int milliseconds)
    {
        Span<PollEntry> entries = [new() { Descriptor = _descriptor, Events = PollEntry.In }, new() { Descriptor = (int)_wake.DangerousGetHandle(), Events = PollEntry.In }];
        return FileCalls.Poll(entries, (nuint)entries.Length, milliseconds) > 0 && entries[0].Returned != 0;
    }

    /// <summary>Ends a <see cref="Wait"/>, now and the next ones; any thread, before <see cref="Dispose"/>.</summary>
    public void Wake()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(one, 1);
        _ = FileCalls.Write((int)_wake.DangerousGetHandle(), one, sizeof(ulong));
    }

    /// <summary>Takes the next message without waiting.</summary>
    /// <param name="buffer">Receives it; a longer one loses its end.</param>
    /// <param name="message">What came and from whom.</param>
    /// <returns>What happened; everything but <see cref="NetlinkOutcome.Message"/> leaves the buffer alone.</returns>
    public NetlinkOutcome Receive(Span<byte> buffer, out NetlinkMessage message)
    {
        message = default;
        nint length;
        int flags;
        int controlLength;
        unsafe
        {
            fixed (byte* bytes = buffer)
            fixed (byte* address = _address)
            fixed (byte* control = _control)
            {
                var vector = new IoVector { Base = bytes, Length = (nuint)buffer.Length };
                var header = new MessageHeader { Name = address, NameLength = AddressLength, Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlLength };
                length = SocketCalls.Receive(_descriptor, &header, 0);
                flags = header.Flags;
                controlLength = (int)header.ControlLength;
            }
        }

        if (length < 0)
        {
            return Marshal.GetLastPInvokeError() switch
            {
                NetlinkException.Again or NetlinkException.Interrupted => NetlinkOutcome.Nothing,
                NetlinkException.NoBuffers => NetlinkOutcome.Overrun,
                var error => throw new NetlinkException(error, "read"),
            };
        }

        ReadOnlySpan<byte> name = _address;
        message = new NetlinkMessage(
            (int)length,
            (flags & MessageHeader.Truncated) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(name[AddressPort..]),
            BinaryPrimitives.ReadUInt32LittleEndian(name[AddressGroups..]),
            ReadCredentials(_control.AsSpan(0, Math.Min(controlLength, ControlLength))));
        return NetlinkOutcome.Message;
    }

    /// <summary>Messages that the kernel dropped because the buffer was full, since the socket was opened; 0 where the kernel does not say.</summary>
    public uint ReadDrops() => SocketDrops.TryRead(_descriptor, out var drops) ? drops : 0;

    /// <summary>
    /// Sends a message to a port and, with groups, to the lowest group of the mask. To port 0 the kernel multicasts and then fails with
    /// ECONNREFUSED where nothing in the kernel has the protocol; that counts as sent here.
    /// </summary>
    /// <param name="message">The whole message, its netlink header included.</param>
    /// <param name="port">The receiver's <see cref="Port"/>; 0 for groups alone.</param>
    /// <param name="groups">Mask of groups, of which only the lowest bit counts.</param>
    /// <exception cref="NetlinkException">It was not sent.</exception>
    public void Send(ReadOnlySpan<byte> message, uint port, uint groups)
    {
        Span<byte> address = stackalloc byte[AddressLength];
        WriteAddress(address, port, groups);
        if (SocketCalls.SendTo(_descriptor, message, (nuint)message.Length, 0, address, AddressLength) >= 0)
        {
            return;
        }

        var error = Marshal.GetLastPInvokeError();
        if (error != NetlinkException.ConnectionRefused || port != 0 || groups == 0)
        {
            throw new NetlinkException(error, "send on");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _wake.Dispose();
    }

    private static void WriteAddress(Span<byte> address, uint port, uint groups)
    {
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, FamilyNetlink);
        BinaryPrimitives.WriteUInt32LittleEndian(address[AddressPort..], port);
        BinaryPrimitives.WriteUInt32LittleEndian(address[AddressGroups..], groups);
    }

    private static NetlinkCredentials? ReadCredentials(ReadOnlySpan<byte> control)
    {
        var messages = new ControlMessages(control);
        while (messages.TryNext())
        {
            var credentials = messages.Payload;
            if (messages.Level == SocketOptions.Level && messages.Type == ControlCredentials && credentials.Length >= CredentialsLength)
            {
                return new NetlinkCredentials(
                    BinaryPrimitives.ReadInt32LittleEndian(credentials),
                    BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(credentials[8..]));
            }
        }

        return null;
    }
}
