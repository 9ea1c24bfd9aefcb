using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Linux.Memory;

namespace Mayday.Collector.Receive;

/// <c>recvmmsg(2)</c> into a <see cref="DatagramBatch"/>: many datagrams per system call, with the kernel's arrival time and its count of
/// datagrams dropped because the socket buffer was full. Headers, names and datagrams are in one block of memory, the landing area. When
/// that is the journal's memory it outlives the process, and <see cref="ReadLanded"/> reads what the last call received. The layouts are
/// those of 64-bit Linux.
internal sealed unsafe partial class LinuxReceive
{
    public const int SolSocket = 1;
    public const int SoReceiveBuffer = 8;
    public const int SoReusePort = 15;
    public const int SoReceiveBufferForce = 33;
    public const int SoTimestampNanoseconds = 35;
    public const int SoReceiveQueueOverflow = 40;
    public const int SoMemory = 55;

    /// <summary>Socket option that returns the kernel's cookie of a socket, which is unique until the machine reboots.</summary>
    public const int SoCookie = 57;

    private const int DontWait = 0x40;
    private const int Truncated = 0x20;
    private const int PollIn = 1;
    private const int FamilyIPv4 = 2;
    private const int FamilyIPv6 = 10;

    // sockaddr_in6, and room for two control messages (16 bytes of header each, aligned to 8).
    private const int NameLength = 28;
    private const int ControlLength = 64;

    // struct sk_meminfo: the ninth word counts drops.
    private const int MemoryWords = 9;
    private const int MemoryDrops = 8;

    // Value of a header's length until the kernel has filled it in.
    private const uint NotYet = uint.MaxValue;

    private readonly DatagramBatch _batch;
    private readonly ShardJournal? _journal;
    private readonly MessageHeader* _headers;
    private readonly FixedMemory _names;
    private readonly FixedMemory _controls;

    // Keeps the memory alive that the pointers refer to.
    private readonly FixedMemory _landing;

    // Headers that the last call filled in: only these must be reset.
    private int _used;

    public LinuxReceive(int slots, int slotLength, ShardJournal? journal = null)
    {
        _journal = journal;
        _landing = journal?.Landing ?? FixedMemory.Allocate((int)LandingBytes(slots, slotLength));
        ClearLanding(_landing, slots);
        _names = NamesOf(_landing, slots);
        _controls = ControlsOf(_landing, slots);
        _batch = new DatagramBatch(slots, slotLength, SlotsOf(_landing, slots, slotLength));
        _headers = (MessageHeader*)Pointer(_landing.Span(0, slots * sizeof(MessageHeader)));
        var vectors = (IoVector*)Pointer(_landing.Span((long)slots * sizeof(MessageHeader), slots * sizeof(IoVector)));
        for (var i = 0; i < slots; i++)
        {
            vectors[i] = new IoVector { Base = Pointer(_batch.Slot(i)), Length = (nuint)slotLength };
            _headers[i].NameLength = NameLength;
            _headers[i].ControlLength = ControlLength;
            _headers[i].Name = Pointer(_names.Span(i * NameLength, NameLength));
            _headers[i].Vectors = vectors + i;
            _headers[i].VectorCount = 1;
            _headers[i].Control = Pointer(_controls.Span(i * ControlLength, ControlLength));
        }
    }

    public DatagramBatch Batch => _batch;

    /// <summary>Size of a landing area: a header, a vector, a name, control messages and the datagram for each slot.</summary>
    public static long LandingBytes(int slots, int slotLength) => (long)slots * (PerSlot + slotLength);

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    // struct mmsghdr: struct msghdr (56 bytes, the last four of them padding), then the datagram's length.
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
        private readonly uint _paddingOfMsghdr;
        public uint Length;
        private readonly uint _padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Socket;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    private static int PerSlot => sizeof(MessageHeader) + sizeof(IoVector) + NameLength + ControlLength;

    public static bool IsSupported => OperatingSystem.IsLinux() && sizeof(nint) == 8 && BitConverter.IsLittleEndian;

    /// <summary>Marks the landing area as empty.</summary>
    public static void ClearLanding(FixedMemory landing, int slots)
    {
        var headers = (MessageHeader*)Pointer(landing.Span(0, slots * sizeof(MessageHeader)));
        for (var i = 0; i < slots; i++)
        {
            headers[i] = new MessageHeader { Length = NotYet };
        }
    }

    /// <summary>Reads what the last call of an ended process received. Its pointers are invalid in this process; lengths and positions are
    /// valid.</summary>
    public static DatagramBatch ReadLanded(FixedMemory landing, int slots, int slotLength)
    {
        var batch = new DatagramBatch(slots, slotLength, SlotsOf(landing, slots, slotLength));
        var headers = (MessageHeader*)Pointer(landing.Span(0, slots * sizeof(MessageHeader)));
        for (var i = 0; i < slots && headers[i].Length != NotYet; i++)
        {
            var arrival = ReadControl(ControlsOf(landing, slots), i, (int)Math.Min(headers[i].ControlLength, ControlLength), out _);
            batch.Add(
                (int)Math.Min(headers[i].Length, (uint)slotLength), ReadName(NamesOf(landing, slots), i), (headers[i].Flags & Truncated) != 0, arrival);
        }

        return batch;
    }

    /// <summary>The last batch is processed, so the landing area is empty. This is recorded at once, not at the next call: dumps that were
    /// stored meanwhile have left the journal, and their datagrams would be restored as new ones.</summary>
    public void Finish()
    {
        for (var i = 0; i < _used; i++)
        {
            _headers[i].NameLength = NameLength;
            _headers[i].ControlLength = ControlLength;
            _headers[i].Flags = 0;
            Volatile.Write(ref _headers[i].Length, NotYet);
        }

        _used = 0;
    }

    /// <summary>Receives what is waiting, at most one batch, without blocking. Adds the socket's drops since its last call to <paramref
    /// name="drops"/>.</summary>
    public int Receive(int socket, ref uint dropsSeen, ref long drops)
    {
        _batch.Clear();
        Finish();

        // From here on the landing area holds what the kernel writes in this call.
        _journal?.Expect();
        var count = Math.Max(0, ReceiveMany(socket, _headers, (uint)_batch.Slots, DontWait, null));
        _used = count;
        for (var i = 0; i < count; i++)
        {
            ref var header = ref _headers[i];
            var arrival = ReadControl(_controls, i, (int)header.ControlLength, out var dropped);
            if (dropped is { } total)
            {
                drops += total - dropsSeen;
                dropsSeen = total;
            }

            // The truncation flag of msghdr is in the same word on every 64-bit Linux.
            _batch.Add((int)Math.Min(header.Length, (uint)_batch.SlotLength), ReadName(_names, i), (header.Flags & Truncated) != 0, arrival);
        }

        return count;
    }

    /// <summary>Waits until a socket is readable or the time is over. Returns one bit for each readable socket.</summary>
    public static uint Wait(ReadOnlySpan<int> sockets, int milliseconds)
    {
        var entries = stackalloc PollEntry[sockets.Length];
        for (var i = 0; i < sockets.Length; i++)
        {
            entries[i] = new PollEntry { Socket = sockets[i], Events = PollIn };
        }

        uint ready = 0;
        if (Poll(entries, (nuint)sockets.Length, milliseconds) > 0)
        {
            for (var i = 0; i < sockets.Length; i++)
            {
                ready |= entries[i].Returned != 0 ? 1u << i : 0;
            }
        }

        return ready;
    }

    /// <summary>Sleeps. <see cref="Thread.Sleep(int)"/> needs about six system calls, and this is called a thousand times a
    /// second.</summary>
    public static void Nap(int milliseconds)
    {
        var time = new TimeSpec { Seconds = milliseconds / 1000, Nanoseconds = milliseconds % 1000 * 1_000_000L };
        _ = NanoSleep(&time, null);
    }

    /// <summary>Reads the socket's drop counter, even when nothing arrives any more; false on kernels before 4.12.</summary>
    public static bool TryReadDrops(int socket, out uint drops)
    {
        var words = stackalloc uint[MemoryWords];
        var length = (uint)(MemoryWords * sizeof(uint));
        if (GetSocketOption(socket, SolSocket, SoMemory, words, &length) == 0 && length == MemoryWords * sizeof(uint))
        {
            drops = words[MemoryDrops];
            return true;
        }

        drops = 0;
        return false;
    }

    private static byte* Pointer(Span<byte> pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    private static FixedMemory NamesOf(FixedMemory landing, int slots) =>
        landing.Part((long)slots * (sizeof(MessageHeader) + sizeof(IoVector)), (long)slots * NameLength);

    private static FixedMemory ControlsOf(FixedMemory landing, int slots) =>
        landing.Part((long)slots * (sizeof(MessageHeader) + sizeof(IoVector) + NameLength), (long)slots * ControlLength);

    private static FixedMemory SlotsOf(FixedMemory landing, int slots, int slotLength) =>
        landing.Part((long)slots * PerSlot, (long)slots * slotLength);

    private static SourceEndPoint ReadName(FixedMemory names, int index)
    {
        ReadOnlySpan<byte> name = names.Span(index * NameLength, NameLength);
        var port = BinaryPrimitives.ReadUInt16BigEndian(name[2..]);
        return BinaryPrimitives.ReadUInt16LittleEndian(name) switch
        {
            FamilyIPv4 => SourceEndPoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(name[4..]), port),
            FamilyIPv6 => SourceEndPoint.FromIPv6(name[8..24], port, BinaryPrimitives.ReadUInt32LittleEndian(name[24..])),
            _ => default,
        };
    }

    // struct cmsghdr: length with header (8), level (4), type (4), then the data; the next begins at a multiple of 8.
    private static long ReadControl(FixedMemory controls, int index, int length, out uint? dropped)
    {
        dropped = null;
        long arrival = 0;
        ReadOnlySpan<byte> control = controls.Span(index * ControlLength, Math.Min(length, ControlLength));
        while (control.Length >= 16)
        {
            var size = (int)BinaryPrimitives.ReadUInt64LittleEndian(control);
            if (size < 16 || size > control.Length)
            {
                break;
            }

            if (BinaryPrimitives.ReadInt32LittleEndian(control[8..]) == SolSocket)
            {
                var type = BinaryPrimitives.ReadInt32LittleEndian(control[12..]);
                if (type == SoReceiveQueueOverflow && size >= 20)
                {
                    dropped = BinaryPrimitives.ReadUInt32LittleEndian(control[16..]);
                }
                else if (type == SoTimestampNanoseconds && size >= 32)
                {
                    arrival = BinaryPrimitives.ReadInt64LittleEndian(control[16..]) * 1_000_000 + BinaryPrimitives.ReadInt64LittleEndian(control[24..]) / 1_000;
                }
            }

            control = control[Math.Min((size + 7) & ~7, control.Length)..];
        }

        return arrival;
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg")]
    private static partial int ReceiveMany(int socket, MessageHeader* messages, uint count, int flags, void* timeout);

    /// <summary>Raises the priority of the calling thread (nice -10) where that is allowed. A crashing machine sends its dump once and does
    /// not wait for analysis or Postgres.</summary>
    public static void TryGoFirst()
    {
        // Threads that this one may start (those of the pool) begin with the normal priority again.
        const int resetOnFork = 0x4000_0000;
        var priority = 0;
        if (SetScheduler(0, resetOnFork, &priority) == 0)
        {
            _ = SetPriority(0, 0, -10);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(TimeSpec* time, TimeSpec* left);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int GetSocketOption(int socket, int level, int option, void* value, uint* length);
}
