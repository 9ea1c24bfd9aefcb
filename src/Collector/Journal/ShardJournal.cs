using System.Runtime.InteropServices;
using Mayday.Collector.Datagrams;
using Mayday.Linux.Memory;
using Microsoft.Win32.SafeHandles;

namespace Mayday.Collector.Journal;

/// <summary>What a shard needs to continue after <c>kill -9</c>, in memory that the process shares with a file. The kernel writes datagrams
/// and their headers into the landing area. Each datagram is then copied into the ring of dumps (when a window or an assembly takes it) or
/// into the ring of lines (when it is kept in case a crash follows). The entries of a dump stay until the dump is stored, spooled or
/// counted as lost; then a tombstone records that, and both are dropped. Receiving never waits for the journal: a datagram that finds no
/// room is received without protection, and counted. One thread uses it; only <see cref="Settle"/> and the methods about finished events
/// may be called on any thread.</summary>
internal sealed partial class ShardJournal : IDisposable
{
    private readonly FileStream _file;
    private readonly FixedMemory _memory;
    private readonly JournalRing _dumps;
    private readonly JournalRing _lines;
    private readonly ShardCounters _counters;
    private DatagramBatch? _batch;
    private int _index;
    private long _from;
    private long _next;
    private bool _isDisposed;

    public ShardJournal(FileStream file, FixedMemory memory, JournalGeometry geometry, ShardCounters counters)
    {
        _file = file;
        _memory = memory;
        _counters = counters;
        Geometry = geometry;
        Landing = memory.Part(JournalGeometry.HeaderBytes, geometry.LandingBytes);
        var rings = JournalGeometry.HeaderBytes + geometry.LandingBytes;
        _dumps = new JournalRing(memory.Part(rings, geometry.DumpBytes), memory, JournalGeometry.DumpsHeadWord, JournalGeometry.DumpsTailWord);
        _lines = new JournalRing(memory.Part(rings + geometry.DumpBytes, geometry.LineBytes), memory, JournalGeometry.LinesHeadWord, JournalGeometry.LinesTailWord);
    }

    public JournalGeometry Geometry { get; }

    /// <summary>The memory that the kernel receives into.</summary>
    public FixedMemory Landing { get; }

    public JournalRing Dumps => _dumps;

    public JournalRing Lines => _lines;

    public SafeFileHandle Handle => _file.SafeFileHandle;

    /// <summary>Number of the first datagram in the landing area.</summary>
    public long LandedFrom => _memory.ReadWord(JournalGeometry.LandedFromWord);

    /// <summary>The ticket that is being restored; 0 when there is none. A value found at the start is the ticket at which the last process
    /// died.</summary>
    public long InHand
    {
        get => _memory.ReadWord(JournalGeometry.InHandWord);
        set => _memory.WriteWord(JournalGeometry.InHandWord, value);
    }

    /// <summary>The ticket during whose restore the last process died, and how many processes in a row died there. A ticket that ends every
    /// process is given up.</summary>
    public long Suspect
    {
        get => _memory.ReadWord(JournalGeometry.SuspectWord);
        set => _memory.WriteWord(JournalGeometry.SuspectWord, value);
    }

    public long Deaths
    {
        get => _memory.ReadWord(JournalGeometry.DeathsWord);
        set => _memory.WriteWord(JournalGeometry.DeathsWord, value);
    }

    /// <summary>Adds the end of the last process to the count of the ticket that it was restoring, once. A process that ends before it
    /// restores anything is not counted against that ticket.</summary>
    public void ReckonDeath()
    {
        if (InHand is var died and not 0)
        {
            Deaths = Suspect == died ? Deaths + 1 : 1;
            Suspect = died;
            InHand = 0;
        }
    }

    /// <summary>Numbers and tickets continue after those of <paramref name="restored"/>, whose entries are already in the ring.</summary>
    public void GoOnAfter(RestoredJournal restored)
    {
        _next = restored.NextSequence;
        _lastTicket = restored.LastTicket;
        foreach (var ticket in restored.Tickets.Concat(restored.Events))
        {
            ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_tickets, ticket.Number, out _);
            state.IsUnsettled = !ticket.IsSettled;
            state.IsRemembered = ticket.Remembered is not null;
            state.Bytes = ticket.IsSettled ? 0 : ticket.Bytes;
            state.RememberedBytes = ticket.RememberedBytes;
            _liveBytes += state.Bytes + state.RememberedBytes;
        }
    }

    /// <summary>Drops of a socket that were already reported, by the kernel's socket cookie; null when unknown. A socket that is kept over
    /// a restart continues to count drops.</summary>
    public uint? DropsTold(long cookie)
    {
        for (var place = 0; place < JournalGeometry.MostSockets; place++)
        {
            if (_memory.ReadWord(JournalGeometry.DropsWords + place * 16) == cookie)
            {
                return (uint)_memory.ReadWord(JournalGeometry.DropsWords + place * 16 + 8);
            }
        }

        return null;
    }

    public void TellDrops(int place, long cookie, uint drops)
    {
        _memory.WriteWord(JournalGeometry.DropsWords + place * 16 + 8, drops);
        _memory.WriteWord(JournalGeometry.DropsWords + place * 16, cookie);
    }

    /// <summary>Called before each receive, when the landing area holds nothing that is still needed.</summary>
    public void Expect() => _memory.WriteWord(JournalGeometry.LandedFromWord, _next);

    /// <summary>Starts a batch of received datagrams; they are numbered in this order.</summary>
    public void Begin(DatagramBatch batch)
    {
        _batch = batch;
        _from = _next;
        _next += batch.Count;
    }

    /// <summary>Starts the batch that an ended process had received and not processed; its datagrams keep their numbers.</summary>
    public void BeginLanded(DatagramBatch batch, long from)
    {
        _batch = batch;
        _from = from;
    }

    /// <summary>Sets the current datagram of the batch, which the following calls refer to.</summary>
    public void Take(int index) => _index = index;

    /// <summary>Keeps the current datagram as a line in case a crash follows; the oldest lines are overwritten.</summary>
    public void KeepLine(Moment now)
    {
        var datagram = _batch!.Datagram(_index);
        if (_lines.TryMakeRoom(datagram.Length))
        {
            _lines.Append(Current(EntryKind.Line, 0, now), datagram);
        }
    }

    /// <summary>The kept lines of this sender went into a window, or its console restarted: earlier entries are not restored as
    /// lines.</summary>
    public void DropLines(in SourceEndPoint source, byte flags, Moment now)
    {
        if (_lines.TryMakeRoom(0))
        {
            _lines.Append(new JournalEntry { Kind = EntryKind.LinesGone, Flags = flags, Sequence = _from + _index, Arrival = now.Unix, Source = source }, default);
        }
    }

    /// <summary>Opens a window. Returns its ticket, or 0 when there is no room for it.</summary>
    public long OpenWindow(in SourceEndPoint source, byte flags, ReadOnlySpan<byte> linesBefore, Moment now)
    {
        var ticket = NewTicket();
        var entry = new JournalEntry { Kind = EntryKind.Opened, Flags = flags, Ticket = ticket, Sequence = _from + _index, Arrival = now.Unix, Source = source };
        return TryAppend(entry, linesBefore) ? ticket : 0;
    }

    /// <summary>Adds the current datagram to the window.</summary>
    public void AddLine(long ticket, Moment now) => Add(EntryKind.WindowLine, ticket, now);

    /// <summary>Adds the current datagram to an assembly; returns a new ticket when the assembly has none yet.</summary>
    public long AddPacket(long ticket, bool isFirst, Moment now)
    {
        if (isFirst)
        {
            ticket = NewTicket();
        }

        Add(EntryKind.Packet, ticket, now);
        return _tickets.ContainsKey(ticket) ? ticket : 0;
    }

    /// <summary>The dump was handed to analysis; its entries are complete.</summary>
    public void Close(long ticket, byte end, ReadOnlySpan<byte> why)
    {
        if (IsUnsettled(ticket))
        {
            TryAppend(new JournalEntry { Kind = EntryKind.Closed, Flags = end, Ticket = ticket, Sequence = _next }, why);
        }
    }

    /// <summary>Keeps what identifies late copies of a finished dump, until <see cref="Forget"/>.</summary>
    public void Remember(long ticket, in SourceEndPoint source, ReadOnlySpan<byte> memory, Moment now)
    {
        if (!IsUnsettled(ticket))
        {
            return;
        }

        CollectionsMarshal.GetValueRefOrNullRef(_tickets, ticket).IsRemembered = true;
        TryAppend(new JournalEntry { Kind = EntryKind.Remembered, Ticket = ticket, Sequence = _next, Arrival = now.Unix, Source = source }, memory);
    }

    public void Dispose()
    {
        lock (_eventsGate)
        {
            _isDisposed = true;
        }

        _memory.Dispose();
        _file.Dispose();
    }

    private JournalEntry Current(EntryKind kind, long ticket, Moment now) =>
        new() { Kind = kind, Ticket = ticket, Sequence = _from + _index, Arrival = now.Unix, Source = _batch!.Source(_index) };

    private void Add(EntryKind kind, long ticket, Moment now)
    {
        if (IsUnsettled(ticket))
        {
            TryAppend(Current(kind, ticket, now), _batch!.Datagram(_index));
        }
    }
}
