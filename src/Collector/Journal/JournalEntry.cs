using System.Runtime.InteropServices;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Journal;

/// <summary>Kind of a journal entry. The numbers are stored on disk, so a number must never get a new meaning.</summary>
internal enum EntryKind : byte
{
    /// <summary>Padding up to the end of the ring.</summary>
    Pad = 1,

    /// <summary>A netconsole datagram that belongs to no window.</summary>
    Line = 2,

    /// <summary>A netconsole datagram that belongs to a window.</summary>
    WindowLine = 3,

    /// <summary>A netoops datagram whose text is part of an assembly.</summary>
    Packet = 4,

    /// <summary>A window was opened; the payload holds the lines before it (<see cref="Store.DatagramLog"/>).</summary>
    Opened = 5,

    /// <summary>The window or assembly was handed to analysis; the payload says why it ended.</summary>
    Closed = 6,

    /// <summary>The dump is stored, spooled or counted as lost: it must not be restored.</summary>
    Settled = 7,

    /// <summary>A finished netoops dump whose late rounds must not become a new dump: prefix and hashes.</summary>
    Remembered = 8,

    /// <summary>Earlier lines of this sender went into a window or belong to an earlier boot.</summary>
    LinesGone = 9,

    /// <summary>A datagram with evlog records; the ticket is that of the block that carries them to the event store.</summary>
    EventDatagram = 10,

    /// <summary>Records of such a block that came as console text, in the form in which the block holds them.</summary>
    PrintedEvents = 11,
}

/// <summary>The head of an entry as it lies in the ring, before its payload.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JournalEntry
{
    public const int Size = 56;

    /// <summary>Length of the payload in bytes.</summary>
    public uint Length;

    public EntryKind Kind;

    /// <summary>Meaning depends on the kind; see the code that writes the entry.</summary>
    public byte Flags;

    public ushort Port;

    public uint Scope;

    /// <summary>Computed from the entry's position in the ring, so that an entry left over from an earlier lap is recognised as
    /// old.</summary>
    public uint Mark;

    /// <summary>Number of the datagram that caused the entry, counted from the creation of the journal.</summary>
    public long Sequence;

    /// <summary>The ticket that the entry belongs to; 0 for lines of no window.</summary>
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
