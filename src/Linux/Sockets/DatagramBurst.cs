using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mayday.Linux.Sockets;

/// <summary>
/// <c>sendmmsg(2)</c>: many datagrams a system call, each from a source address of its own (IP_PKTINFO), so that one socket speaks for thousands
/// of machines. Layouts are those of 64-bit Linux.
/// </summary>
public sealed unsafe class DatagramBurst
{
    /// <summary>Room for one datagram: the largest that any format sends is 1412 bytes.</summary>
    public const int SlotLength = 1536;

    // As many as the receiver may take in one call; more would only make bursts longer.
    private const int Slots = 128;

    private const int IpProtocol = 0;
    private const int IpPacketInformation = 8;
    private const int InterruptedCall = 4;
    private const int TryAgain = 11;
    private const int NoBuffers = 105;
    private const int ConnectionRefused = 111;

    // struct cmsghdr (16) and struct in_pktinfo (interface, source, destination: 12), aligned to 8.
    private const int ControlLength = 32;
    private const int ControlUsed = 28;
    private const int SourceOffset = 20;
    private const int NameLength = 28;

    private readonly byte[] _memory = GC.AllocateArray<byte>(Slots * SlotLength, pinned: true);
    private readonly byte[] _controls = GC.AllocateArray<byte>(Slots * ControlLength, pinned: true);
    private readonly byte[] _names;
    private readonly int _nameLength;
    private readonly BatchMessageHeader[] _headers = GC.AllocateArray<BatchMessageHeader>(Slots, pinned: true);
    private readonly IoVector[] _vectors = GC.AllocateArray<IoVector>(Slots, pinned: true);
    private nint _socket;
    private int _count;

    /// <summary>Prepares a burst towards one machine.</summary>
    /// <param name="target">Its address.</param>
    /// <param name="ports">Its ports, in the order in which <see cref="Add"/> names them.</param>
    public DatagramBurst(IPAddress target, ReadOnlySpan<int> ports)
    {
        _names = GC.AllocateArray<byte>(ports.Length * NameLength, pinned: true);
        for (var i = 0; i < ports.Length; i++)
        {
            var name = new IPEndPoint(target, ports[i]).Serialize();
            _nameLength = name.Size;
            name.Buffer.Span[..name.Size].CopyTo(_names.AsSpan(i * NameLength));
        }

        for (var i = 0; i < Slots; i++)
        {
            _vectors[i] = new IoVector { Base = Pointer(_memory.AsSpan(i * SlotLength)) };
            _headers[i].Message.Vectors = (IoVector*)Unsafe.AsPointer(ref _vectors[i]);
            _headers[i].Message.VectorCount = 1;
            _headers[i].Message.NameLength = (uint)_nameLength;
            var control = _controls.AsSpan(i * ControlLength);
            MemoryMarshal.Write(control, (ulong)ControlUsed);
            MemoryMarshal.Write(control[8..], IpProtocol);
            MemoryMarshal.Write(control[12..], IpPacketInformation);
        }
    }

    public static bool IsSupported => SocketLayout.IsKnown;

    /// <summary>How often the receiving machine reported that nothing listens; at most once per call.</summary>
    public long Refused { get; private set; }

    /// <summary>The memory for the next datagram.</summary>
    public Span<byte> Slot => _memory.AsSpan(_count * SlotLength, SlotLength);

    /// <summary>Queues the datagram written into <see cref="Slot"/>; the next flush sends it.</summary>
    /// <param name="socket">The socket that sends it.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="source">Its IPv4 source address, first byte highest; 0 for the socket's own.</param>
    /// <param name="port">Which of the ports it goes to.</param>
    public void Add(nint socket, int length, uint source, int port)
    {
        if (socket != _socket)
        {
            // The datagram is already in its slot. The datagrams before it are sent first, and it moves to the front.
            var written = Slot[..length];
            var moved = _count;
            Flush();
            _socket = socket;
            if (moved > 0)
            {
                written.CopyTo(Slot);
            }
        }

        ref var header = ref _headers[_count].Message;
        header.Name = Pointer(_names.AsSpan(port * NameLength));
        _vectors[_count].Length = (nuint)length;
        if (source == 0)
        {
            header.Control = null;
            header.ControlLength = 0;
        }
        else
        {
            var control = _controls.AsSpan(_count * ControlLength, ControlLength);
            BinaryPrimitives.WriteUInt32BigEndian(control[SourceOffset..], source);
            header.Control = Pointer(control);
            header.ControlLength = ControlLength;
        }

        if (++_count == Slots)
        {
            Flush();
        }
    }

    /// <summary>Sends everything that is queued.</summary>
    /// <exception cref="SocketException">The network refuses to send at all: no route, no such address.</exception>
    public void Flush()
    {
        var sent = 0;
        while (sent < _count)
        {
            var result = SocketCalls.SendMany((int)_socket, (BatchMessageHeader*)Unsafe.AsPointer(ref _headers[sent]), (uint)(_count - sent), 0);
            if (result > 0)
            {
                sent += result;
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                // The error belongs to a datagram of an earlier call; this one has not been sent yet.
                case ConnectionRefused:
                    Refused++;
                    break;
                case InterruptedCall:
                    break;
                case TryAgain or NoBuffers:
                    Thread.Yield();
                    break;
                default:
                    throw new SocketException(Marshal.GetLastPInvokeError());
            }
        }

        _count = 0;
    }

    private static byte* Pointer(Span<byte> pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));
}
