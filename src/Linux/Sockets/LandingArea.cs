using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mayday.Linux.Memory;

namespace Mayday.Linux.Sockets;

/// <summary>
/// Memory that <c>recvmmsg(2)</c> fills: many datagrams a system call, with the kernel's arrival time and its count of datagrams dropped because
/// the socket's buffer was full. Headers, names and datagrams lie in one piece; where that is a mapped file, they outlive the process, and
/// <see cref="CountLanded"/> says what its last call brought. Receiving allocates nothing. Layouts are those of 64-bit Linux.
/// </summary>
public sealed unsafe class LandingArea
{
    private const int DontWait = 0x40;

    // sockaddr_in6, and room for two control messages (16 bytes of header each, aligned to 8).
    private const int NameLength = 28;
    private const int ControlLength = 64;

    // What a header's length says until the kernel has filled it in.
    private const uint NotYet = uint.MaxValue;

    private readonly BatchMessageHeader* _headers;
    private readonly IoVector* _vectors;
    private readonly FixedMemory _names;
    private readonly FixedMemory _controls;

    // Keeps the memory that the pointers lead to.
    private readonly FixedMemory _memory;

    // Headers that the last call filled in: only these must be made ready again.
    private int _used;

    /// <summary>Reads an area as it is; <see cref="Prepare"/> makes it ready to receive.</summary>
    /// <param name="memory">At least <see cref="Bytes"/>.</param>
    /// <param name="slots">Datagrams that it takes at once.</param>
    /// <param name="slotLength">Room for each.</param>
    public LandingArea(FixedMemory memory, int slots, int slotLength)
    {
        Slots = slots;
        SlotLength = slotLength;
        _memory = memory;
        _headers = (BatchMessageHeader*)Pointer(_memory.Span(0, slots * sizeof(BatchMessageHeader)));
        _vectors = (IoVector*)Pointer(_memory.Span((long)slots * sizeof(BatchMessageHeader), slots * sizeof(IoVector)));
        var names = (long)slots * (sizeof(BatchMessageHeader) + sizeof(IoVector));
        var controls = names + (long)slots * NameLength;
        _names = _memory.Part(names, (long)slots * NameLength);
        _controls = _memory.Part(controls, (long)slots * ControlLength);
        Datagrams = _memory.Part((long)slots * PerSlot, (long)slots * slotLength);
    }

    public int Slots { get; }

    public int SlotLength { get; }

    /// <summary>The datagrams' bytes, a slot each.</summary>
    public FixedMemory Datagrams { get; }

    private static int PerSlot => sizeof(BatchMessageHeader) + sizeof(IoVector) + NameLength + ControlLength;

    /// <summary>Bytes of an area: for each slot a header, a vector, a name, control messages, and the datagram.</summary>
    public static long Bytes(int slots, int slotLength) => (long)slots * (PerSlot + slotLength);

    /// <summary>Nothing has landed yet.</summary>
    public void Clear()
    {
        for (var i = 0; i < Slots; i++)
        {
            _headers[i] = new BatchMessageHeader { Length = NotYet };
        }
    }

    /// <summary>Empties the area and tells the kernel, by each header, where in it a datagram belongs.</summary>
    public void Prepare()
    {
        Clear();
        for (var i = 0; i < Slots; i++)
        {
            _vectors[i] = new IoVector { Base = Pointer(Datagrams.Span((long)i * SlotLength, SlotLength)), Length = (nuint)SlotLength };
            ref var message = ref _headers[i].Message;
            message.NameLength = NameLength;
            message.ControlLength = ControlLength;
            message.Name = Pointer(_names.Span(i * NameLength, NameLength));
            message.Vectors = _vectors + i;
            message.VectorCount = 1;
            message.Control = Pointer(_controls.Span(i * ControlLength, ControlLength));
        }
    }

    /// <summary>Takes what waits at a socket, at most all slots, without waiting.</summary>
    /// <returns>How many datagrams came. What the call before brought must be finished with.</returns>
    public int Receive(int socket)
    {
        _used = Math.Max(0, SocketCalls.ReceiveMany(socket, _headers, (uint)Slots, DontWait, null));
        return _used;
    }

    /// <summary>What the last call brought is worked on: nothing lies here any more.</summary>
    public void Finish()
    {
        for (var i = 0; i < _used; i++)
        {
            _headers[i].Message.NameLength = NameLength;
            _headers[i].Message.ControlLength = ControlLength;
            _headers[i].Message.Flags = 0;
            Volatile.Write(ref _headers[i].Length, NotYet);
        }

        _used = 0;
    }

    /// <summary>Datagrams that the last call brought, also that of a process that is no more. Its pointers mean nothing here; lengths and places do.</summary>
    public int CountLanded()
    {
        var count = 0;
        while (count < Slots && _headers[count].Length != NotYet)
        {
            count++;
        }

        return count;
    }

    /// <summary>A datagram's bytes, at most a slot's.</summary>
    public int Length(int index) => (int)Math.Min(Header(index).Length, (uint)SlotLength);

    /// <summary>The datagram was longer than a slot and its end is gone.</summary>
    public bool IsTruncated(int index) => (Header(index).Message.Flags & MessageHeader.Truncated) != 0;

    /// <summary>Its sender: a <c>sockaddr_in</c> or <c>sockaddr_in6</c>.</summary>
    public ReadOnlySpan<byte> Name(int index) => _names.Span(index * NameLength, NameLength);

    /// <summary>When the kernel took it, microseconds since the Unix epoch; 0 where the kernel does not say.</summary>
    /// <param name="index">Which.</param>
    /// <param name="dropped">The socket's drops so far, where the kernel says.</param>
    public long Arrival(int index, out uint? dropped)
    {
        dropped = null;
        long arrival = 0;
        var length = (int)Math.Min(Header(index).Message.ControlLength, ControlLength);
        var controls = new ControlMessages(_controls.Span(index * ControlLength, length));
        while (controls.TryNext())
        {
            if (controls.Level != SocketOptions.Level)
            {
                continue;
            }

            var payload = controls.Payload;
            if (controls.Type == SocketOptions.ReceiveQueueOverflow && payload.Length >= sizeof(uint))
            {
                dropped = BinaryPrimitives.ReadUInt32LittleEndian(payload);
            }
            else if (controls.Type == SocketOptions.TimestampNanoseconds && payload.Length >= 2 * sizeof(long))
            {
                arrival = BinaryPrimitives.ReadInt64LittleEndian(payload) * 1_000_000 + BinaryPrimitives.ReadInt64LittleEndian(payload[8..]) / 1_000;
            }
        }

        return arrival;
    }

    private ref readonly BatchMessageHeader Header(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Slots, nameof(index));
        return ref _headers[index];
    }

    private static byte* Pointer(Span<byte> pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));
}
