using System.Runtime.InteropServices;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Journal;

/// <summary>What an entry of the journal is. Numbers are on disk: they are never given a new meaning.</summary>
internal enum EntryKind : byte
{
    /// <summary>Nothing, up to where the ring begins again.</summary>
    Pad = 1,

    /// <summary>A netconsole datagram that belongs to no window.</summary>
    Line = 2,

    /// <summary>A netconsole datagram of a window.</summary>
    WindowLine = 3,

    /// <summary>A netoops datagram whose text an assembly holds.</summary>
    Packet = 4,

    /// <summary>A window was opened; the payload is the lines before it (<see cref="Store.DatagramLog"/>).</summary>
    Opened = 5,

    /// <summary>The window or assembly was handed on; the payload says why it ended.</summary>
    Closed = 6,

    /// <summary>Its dump is stored, spooled, or counted as lost: nothing of it may come back.</summary>
    Settled = 7,

    /// <summary>A finished netoops dump whose late rounds must not become a dump of their own: prefix and hashes.</summary>
    Remembered = 8,

    /// <summary>The lines of a sender that lie before this went into a window, or were of another boot.</summary>
    LinesGone = 9,

    /// <summary>A datagram with evlog records; the ticket is that of the block which carries them to the event store.</summary>
    EventDatagram = 10,

    /// <summary>Records of such a block that kernels printed to their consoles, as the block holds them.</summary>
    PrintedEvents = 11,
}

/// <summary>The head of an entry as it lies in the ring, before its payload.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JournalEntry
{
    public const int Size = 56;

    /// <summary>Bytes of the payload.</summary>
    public uint Length;

    public EntryKind Kind;

    /// <summary>By kind; see the writer.</summary>
    public byte Flags;

    public ushort Port;

    public uint Scope;

    /// <summary>Made from the entry's place in the ring: what an earlier lap left there does not have it.</summary>
    public uint Mark;

    /// <summary>Number of the datagram that caused the entry: counts from the journal's creation.</summary>
    public long Sequence;

    /// <summary>What the entry belongs to; 0 for lines of no window.</summary>
    public long Ticket;

    /// <summary>Microseconds since the Unix epoch.</summary>
    public long Arrival;

    public ulong High;
    public ulong Low;

    public SourceEndPoint Source
    {
        readonly get => new(High, Low, Port, Scope);
        set => (High, Low, Port, Scope) = (value.High, value.Low, value.Port, value.Scope);
    }
}
