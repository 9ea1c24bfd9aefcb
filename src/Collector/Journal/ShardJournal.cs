using System.Runtime.InteropServices;
using Mayday.Collector.Datagrams;
using Mayday.Linux.Memory;
using Microsoft.Win32.SafeHandles;

namespace Mayday.Collector.Journal;

/// <summary>
/// What a shard needs to go on after <c>kill -9</c>, in memory that the process shares with a file. The kernel writes datagrams and their headers
/// into the landing area; each is then copied into the ring of dumps (when a window or an assembly takes it) or of lines (when it is kept for what
/// may come). An entry of a dump lies there until the dump is stored, spooled or counted as lost; then a tombstone says so, and both give way.
/// Receiving never waits here: what finds no room is received as without a journal, and counted. One thread; only <see cref="Settle"/> may be
/// called by any, and what is about finished events.
/// </summary>
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

    /// <summary>Where the kernel writes.</summary>
    public FixedMemory Landing { get; }

    public JournalRing Dumps => _dumps;

    public JournalRing Lines => _lines;

    public SafeFileHandle Handle => _file.SafeFileHandle;

    /// <summary>Number of the first datagram in the landing area.</summary>
    public long LandedFrom => _memory.ReadWord(JournalGeometry.LandedFromWord);

    /// <summary>The ticket that is being restored; 0 when none is. What stands here at a start is where the last one died.</summary>
    public long InHand
    {
        get => _memory.ReadWord(JournalGeometry.InHandWord);
        set => _memory.WriteWord(JournalGeometry.InHandWord, value);
    }

    /// <summary>The ticket during whose restore the last process died, and how many in a row died there: one that ends every process is given up.</summary>
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

    /// <summary>
    /// Charges the ticket that the last process had in hand with its end, once: one that ends before it has anything in hand is no death of that ticket.
    /// </summary>
    public void ReckonDeath()
    {
        if (InHand is var died and not 0)
        {
            Deaths = Suspect == died ? Deaths + 1 : 1;
            Suspect = died;
            InHand = 0;
        }
    }

    /// <summary>Numbers and tickets go on behind those of <paramref name="restored"/>, whose entries lie in the ring already.</summary>
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

    /// <summary>Drops of a socket that were told, by the kernel's own number for it; null where it is not known. A socket that is kept over a restart goes on dropping.</summary>
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

    /// <summary>Before each receive, when nothing of the last one is left in the landing area.</summary>
    public void Expect() => _memory.WriteWord(JournalGeometry.LandedFromWord, _next);

    /// <summary>The datagrams that were received; they are numbered in this order.</summary>
    public void Begin(DatagramBatch batch)
    {
        _batch = batch;
        _from = _next;
        _next += batch.Count;
    }

    /// <summary>The datagrams that an ended process had received and not worked on: they have their numbers.</summary>
    public void BeginLanded(DatagramBatch batch, long from)
    {
        _batch = batch;
        _from = from;
    }

    /// <summary>Which datagram of the batch the following calls are about.</summary>
    public void Take(int index) => _index = index;

    /// <summary>Keeps the datagram in hand as a line before a crash that may come; the oldest lines give way.</summary>
    public void KeepLine(Moment now)
    {
        var datagram = _batch!.Datagram(_index);
        if (_lines.TryMakeRoom(datagram.Length))
        {
            _lines.Append(Current(EntryKind.Line, 0, now), datagram);
        }
    }

    /// <summary>The kept lines of this sender went into a window, or its console began again: what lies before this does not come back as lines.</summary>
    public void DropLines(in SourceEndPoint source, byte flags, Moment now)
    {
        if (_lines.TryMakeRoom(0))
        {
            _lines.Append(new JournalEntry { Kind = EntryKind.LinesGone, Flags = flags, Sequence = _from + _index, Arrival = now.Unix, Source = source }, default);
        }
    }

    /// <summary>A window opens; returns its ticket, 0 when there is no room for it.</summary>
    public long OpenWindow(in SourceEndPoint source, byte flags, ReadOnlySpan<byte> linesBefore, Moment now)
    {
        var ticket = NewTicket();
        var entry = new JournalEntry { Kind = EntryKind.Opened, Flags = flags, Ticket = ticket, Sequence = _from + _index, Arrival = now.Unix, Source = source };
        return TryAppend(entry, linesBefore) ? ticket : 0;
    }

    /// <summary>The window takes the datagram in hand.</summary>
    public void AddLine(long ticket, Moment now) => Add(EntryKind.WindowLine, ticket, now);

    /// <summary>An assembly takes the datagram in hand; a new ticket where it has none yet.</summary>
    public long AddPacket(long ticket, bool isFirst, Moment now)
    {
        if (isFirst)
        {
            ticket = NewTicket();
        }

        Add(EntryKind.Packet, ticket, now);
        return _tickets.ContainsKey(ticket) ? ticket : 0;
    }

    /// <summary>Its dump was handed on; what belongs to it is complete.</summary>
    public void Close(long ticket, byte end, ReadOnlySpan<byte> why)
    {
        if (IsUnsettled(ticket))
        {
            TryAppend(new JournalEntry { Kind = EntryKind.Closed, Flags = end, Ticket = ticket, Sequence = _next }, why);
        }
    }

    /// <summary>Keeps what tells late copies of a finished dump, until <see cref="Forget"/>.</summary>
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
