using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mayday.Linux.Netlink;

/// <summary>
/// A raw netlink socket that listens to multicast groups: <c>socket(AF_NETLINK, SOCK_RAW, protocol)</c>, bound to a mask of groups 1 to 32, with
/// the senders' credentials. Its messages are handed on as they came, headers included. One thread reads it; receiving allocates nothing. Source of
/// the layouts: <c>netlink(7)</c>, <c>unix(7)</c>; 64-bit Linux only.
/// </summary>
public sealed partial class NetlinkSocket : IDisposable
{
    /// <summary>Protocol for messages between programs (NETLINK_USERSOCK): the only one that works for self-made groups without a kernel module.</summary>
    public const int UserProtocol = 2;

    /// <summary>Protocol numbers are 0 to 31.</summary>
    public const int MaxProtocol = 31;

    private const int FamilyNetlink = 16;
    private const int TypeRaw = 3;
    private const int FlagCloseOnExec = 0x80000;
    private const int FlagNonBlocking = 0x800;
    private const int LevelSocket = 1;
    private const int OptionReceiveBuffer = 8;
    private const int OptionPassCredentials = 16;
    private const int OptionReceiveBufferForce = 33;
    private const int OptionMemory = 55;
    private const int ControlCredentials = 2;
    private const int MessageTruncated = 0x20;
    private const short PollIn = 1;

    // struct sockaddr_nl: family (2), padding (2), port (4), groups (4).
    private const int AddressLength = 12;
    private const int AddressPort = 4;
    private const int AddressGroups = 8;

    // struct cmsghdr: length with header (8), level (4), type (4); then struct ucred: pid, uid, gid.
    private const int ControlHeaderLength = 16;
    private const int CredentialsLength = 12;
    private const int ControlLength = 64;

    // struct sk_meminfo: the ninth word counts drops.
    private const int MemoryWords = 9;
    private const int MemoryDrops = 8;

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
    public static bool IsSupported => OperatingSystem.IsLinux() && IntPtr.Size == sizeof(long) && BitConverter.IsLittleEndian;

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

        var descriptor = OpenSocket(FamilyNetlink, TypeRaw | FlagCloseOnExec | FlagNonBlocking, protocol);
        if (descriptor < 0)
        {
            throw new NetlinkException(Marshal.GetLastPInvokeError(), "open");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            Span<int> value = [1];
            if (SetOption(descriptor, LevelSocket, OptionPassCredentials, value, sizeof(int)) != 0)
            {
                throw new NetlinkException(Marshal.GetLastPInvokeError(), "ask for credentials on");
            }

            value[0] = receiveBufferBytes;
            if (SetOption(descriptor, LevelSocket, OptionReceiveBufferForce, value, sizeof(int)) != 0)
            {
                _ = SetOption(descriptor, LevelSocket, OptionReceiveBuffer, value, sizeof(int));
            }

            Span<byte> address = stackalloc byte[AddressLength];
            WriteAddress(address, 0, groups);
            if (BindSocket(descriptor, address, AddressLength) != 0)
            {
                throw new NetlinkException(Marshal.GetLastPInvokeError(), "bind");
            }

            var length = AddressLength;
            if (GetName(descriptor, address, ref length) != 0)
            {
                throw new NetlinkException(Marshal.GetLastPInvokeError(), "name");
            }

            var wake = EventFd(0, FlagNonBlocking | FlagCloseOnExec);
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
        Span<PollEntry> entries = [new() { Descriptor = _descriptor, Events = PollIn }, new() { Descriptor = (int)_wake.DangerousGetHandle(), Events = PollIn }];
        return Poll(entries, (nuint)entries.Length, milliseconds) > 0 && entries[0].Returned != 0;
    }

    /// <summary>Ends a <see cref="Wait"/>, now and the next ones; any thread, before <see cref="Dispose"/>.</summary>
    public void Wake()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(one, 1);
        _ = Write((int)_wake.DangerousGetHandle(), one, sizeof(ulong));
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
                length = ReceiveMessage(_descriptor, &header, 0);
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
            (flags & MessageTruncated) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(name[AddressPort..]),
            BinaryPrimitives.ReadUInt32LittleEndian(name[AddressGroups..]),
            ReadCredentials(_control.AsSpan(0, Math.Min(controlLength, ControlLength))));
        return NetlinkOutcome.Message;
    }

    /// <summary>Messages that the kernel dropped because the buffer was full, since the socket was opened; 0 where the kernel does not say.</summary>
    public uint ReadDrops()
    {
        Span<uint> words = stackalloc uint[MemoryWords];
        var length = MemoryWords * sizeof(uint);
        return GetOption(_descriptor, LevelSocket, OptionMemory, words, ref length) == 0 && length == MemoryWords * sizeof(uint) ? words[MemoryDrops] : 0;
    }

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
        if (SendTo(_descriptor, message, (nuint)message.Length, 0, address, AddressLength) >= 0)
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
        while (control.Length >= ControlHeaderLength)
        {
            var length = BinaryPrimitives.ReadUInt64LittleEndian(control);
            if (length < ControlHeaderLength || length > (ulong)control.Length)
            {
                return null;
            }

            if (BinaryPrimitives.ReadInt32LittleEndian(control[8..]) == LevelSocket
                && BinaryPrimitives.ReadInt32LittleEndian(control[12..]) == ControlCredentials
                && length >= ControlHeaderLength + CredentialsLength)
            {
                var credentials = control[ControlHeaderLength..];
                return new NetlinkCredentials(
                    BinaryPrimitives.ReadInt32LittleEndian(credentials),
                    BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(credentials[8..]));
            }

            control = control[Math.Min(((int)length + 7) & ~7, control.Length)..];
        }

        return null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int BindSocket(int descriptor, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetName(int descriptor, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int descriptor, int level, int option, ReadOnlySpan<int> value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int descriptor, int level, int option, Span<uint> value, ref int length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(int descriptor, ReadOnlySpan<byte> message, nuint length, int flags, ReadOnlySpan<byte> address, int addressLength);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static unsafe partial nint ReceiveMessage(int descriptor, MessageHeader* header, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Span<PollEntry> entries, nuint count, int milliseconds);
}
