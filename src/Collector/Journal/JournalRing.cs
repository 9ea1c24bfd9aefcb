using System.Runtime.InteropServices;
using Mayday.Linux.Memory;

namespace Mayday.Collector.Journal;

/// <summary>A ring buffer of entries in memory that outlives the process. Two words hold its state: an entry exists from the moment the
/// head moves past it until the tail moves past it. Positions only grow; the place in memory is the position modulo the capacity.</summary>
internal sealed class JournalRing
{
    private const int Alignment = 8;
    private const uint MarkSeed = 0x4d44_4a52;

    // This many bytes are dropped at a time.
    private const int ChunkBytes = 64 << 10;

    private readonly FixedMemory _bytes;
    private readonly FixedMemory _words;
    private readonly long _headWord;
    private readonly long _tailWord;

    // Offsets of head and tail in the ring, kept beside the positions to avoid a division per entry.
    private long _headPlace;
    private long _tailPlace;

    // Position of the first entry that begins in each chunk, as far as this process wrote it. The oldest entries are no longer in the
    // processor's cache, and this table allows dropping them without reading them.
    private readonly long[] _firstOfChunk;
    private long _headChunk = -1;

    public JournalRing(FixedMemory bytes, FixedMemory words, long headWord, long tailWord)
    {
        _bytes = bytes;
        _words = words;
        _headWord = headWord;
        _tailWord = tailWord;
        Head = words.ReadWord(headWord);
        Tail = words.ReadWord(tailWord);
        _headPlace = Head % Capacity;
        _tailPlace = Tail % Capacity;
        _firstOfChunk = new long[(Capacity + ChunkBytes - 1) / ChunkBytes];
    }

    public long Capacity => _bytes.Length;

    public long Head { get; private set; }

    public long Tail { get; private set; }

    public long Used => Head - Tail;

    public static int SizeOf(int payload) => (JournalEntry.Size + payload + Alignment - 1) & -Alignment;

    /// <summary>The bytes that an entry needs now, including the rest of the lap where the entry does not fit into it.</summary>
    public long NeedFor(int payload)
    {
        var size = SizeOf(payload);
        return _headPlace + size <= Capacity ? size : Capacity - _headPlace + size;
    }

    public bool HasRoom(int payload) => Used + NeedFor(payload) <= Capacity;

    /// <summary>Appends an entry. The caller must have made sure that there is room.</summary>
    public void Append(in JournalEntry entry, ReadOnlySpan<byte> payload)
    {
        var size = SizeOf(payload.Length);
        if (_headPlace + size > Capacity)
        {
            FinishLap();
        }

        if (_headPlace / ChunkBytes is var chunk && chunk != _headChunk)
        {
            _headChunk = chunk;
            _firstOfChunk[chunk] = Head;
        }

        var place = _bytes.Span(_headPlace, size);
        payload.CopyTo(place[JournalEntry.Size..]);
        ref var head = ref MemoryMarshal.AsRef<JournalEntry>(place);
        head = entry;
        head.Length = (uint)payload.Length;
        head.Mark = MarkOf(Head);
        MoveHead(size);
    }

    /// <summary>Finds the position of the oldest entry; false when the ring is empty.</summary>
    public bool TryFindOldest(out long position)
    {
        if (Head != Tail && IsLapEnd(_tailPlace))
        {
            MoveTail(Capacity - _tailPlace);
        }

        position = Tail;
        return Head != Tail;
    }

    /// <summary>Drops the entry that <see cref="TryFindOldest"/> found.</summary>
    public void DropOldest() => MoveTail(SizeOf((int)AtPlace(_tailPlace).Length));

    /// <summary>Drops the oldest entries, a whole chunk of them when the chunk's end is known; false when the ring is empty.</summary>
    public bool TryDropChunk()
    {
        // The value belongs to this lap or an earlier one, because the head never passes the tail.
        var behind = _firstOfChunk[(_tailPlace / ChunkBytes + 1) % _firstOfChunk.Length];
        if (behind > Tail && behind <= Head)
        {
            MoveTail(behind - Tail);
            return true;
        }

        if (TryFindOldest(out _))
        {
            DropOldest();
            return true;
        }

        return false;
    }

    /// <summary>Drops the oldest entries until this one has room; false when it is longer than the ring.</summary>
    public bool TryMakeRoom(int payload)
    {
        while (!HasRoom(payload))
        {
            if (!TryDropChunk())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes the next entry at the start of the ring, so that an idle journal touches only a few pages. The ring must be
    /// empty.</summary>
    public void Rewind()
    {
        if (_headPlace != 0)
        {
            FinishLap();
            MoveTail(Head - Tail);
        }
    }

    public ref readonly JournalEntry At(long position) => ref AtPlace(position % Capacity);

    public ReadOnlySpan<byte> PayloadAt(long position) =>
        _bytes.Span(position % Capacity + JournalEntry.Size, (int)At(position).Length);

    /// <summary>Positions of all entries, oldest first; false when the ring is damaged.</summary>
    public bool TryWalk(List<long> positions)
    {
        if (Tail < 0 || Head < Tail || Used > Capacity || Head % Alignment != 0 || Tail % Alignment != 0)
        {
            return false;
        }

        for (var position = Tail; position < Head;)
        {
            var left = Capacity - position % Capacity;
            if (left < JournalEntry.Size)
            {
                position += left;
                continue;
            }

            ref readonly var entry = ref At(position);
            if (entry.Mark != MarkOf(position) || entry.Length > left - JournalEntry.Size)
            {
                return false;
            }

            if (entry.Kind == EntryKind.Pad)
            {
                position += left;
                continue;
            }

            positions.Add(position);
            position += SizeOf((int)entry.Length);
            if (position > Head)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Drops every entry.</summary>
    public void Clear() => MoveTail(Head - Tail);

    private static uint MarkOf(long position) => MarkSeed ^ (uint)(position >> 3);

    private void FinishLap()
    {
        _headChunk = -1;
        var left = Capacity - _headPlace;
        if (left >= JournalEntry.Size)
        {
            ref var pad = ref MemoryMarshal.AsRef<JournalEntry>(_bytes.Span(_headPlace, JournalEntry.Size));
            pad = new JournalEntry { Kind = EntryKind.Pad, Length = (uint)(left - JournalEntry.Size), Mark = MarkOf(Head) };
        }

        MoveHead(left);
    }

    private ref readonly JournalEntry AtPlace(long place) => ref MemoryMarshal.AsRef<JournalEntry>(_bytes.Span(place, JournalEntry.Size));

    private bool IsLapEnd(long place) => Capacity - place < JournalEntry.Size || AtPlace(place).Kind == EntryKind.Pad;

    private void MoveHead(long by)
    {
        Head += by;
        _headPlace += by;
        if (_headPlace >= Capacity)
        {
            _headPlace -= Capacity;
        }

        _words.WriteWord(_headWord, Head);
    }

    private void MoveTail(long by)
    {
        Tail += by;
        _tailPlace += by;
        if (_tailPlace >= Capacity)
        {
            _tailPlace -= Capacity;
        }

        _words.WriteWord(_tailWord, Tail);
    }
}
