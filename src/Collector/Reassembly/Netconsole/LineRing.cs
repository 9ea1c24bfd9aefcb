using System.Buffers.Binary;
using Mayday.Collector.Datagrams;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The last datagrams of one stream as received, each with the header of <see cref="DatagramLog"/>, so that a window can take them
/// over block by block. They form one stream of bytes over a chain of blocks. The ring grows up to its limit, then the oldest entries are
/// dropped. Those are no longer in the processor's cache, so a whole block is dropped without reading it. The ring may therefore hold up to
/// a block more than the limit; the excess is left out when a window takes over.</summary>
internal sealed class LineRing(int maxLines, int maxBytes, LineBlocks memory)
{
    private int _oldest = LineBlocks.None;
    private int _newest = LineBlocks.None;
    private int _end = LineBlocks.BlockBytes;
    private int _blocks;
    private int _held;

    // Entries that begin in the newest block. Older blocks store this number in their head, which is read only when the block is dropped.
    private int _begun;

    /// <summary>Number of datagrams that a window would receive.</summary>
    public int Count => Math.Min(_held, maxLines);

    /// <summary>Bytes of memory that the ring holds.</summary>
    public int Capacity => _blocks * LineBlocks.BlockBytes;

    /// <summary>Keeps a datagram.</summary>
    public void Add(ReadOnlySpan<byte> datagram, Moment now)
    {
        var need = DatagramLog.HeaderLength + datagram.Length;
        if (maxLines == 0 || BlocksFor(need) * LineBlocks.BlockBytes > maxBytes)
        {
            return;
        }

        if (Room < need)
        {
            AddOverBlocks(datagram, now);
            return;
        }

        BeginEntry();
        var place = memory.BytesOf(_newest)[_end..];
        DatagramLog.WriteHeader(place, datagram.Length, now.Unix);
        datagram.CopyTo(place[DatagramLog.HeaderLength..]);
        _end += need;
    }

    /// <summary>Moves all entries to <paramref name="window"/>, oldest first. The ring is then empty.</summary>
    public void MoveTo(CrashWindow window)
    {
        if (_blocks > 0)
        {
            var place = new Place(_oldest, memory.HeadOf(_oldest).First);
            for (var surplus = _held - Count; surplus > 0; surplus--)
            {
                place = Behind(place, DatagramLog.HeaderLength + ReadLength(place));
            }

            for (; place.Block != _newest; place = new Place(memory.HeadOf(place.Block).Next, LineBlockHead.Size))
            {
                window.TakeContainer(memory.BytesOf(place.Block)[place.Offset..]);
            }

            window.TakeContainer(memory.BytesOf(place.Block)[place.Offset.._end]);
        }

        Clear();
    }

    /// <summary>Returns its memory.</summary>
    public void Clear()
    {
        while (_blocks > 0)
        {
            DropBlock();
        }
    }

    private readonly record struct Place(int Block, int Offset);

    // Free bytes in the newest block; 0 when there is no block.
    private int Room => LineBlocks.BlockBytes - _end;

    private static int BlocksFor(int bytes) => (bytes + LineBlocks.BlockBytes - LineBlockHead.Size - 1) / (LineBlocks.BlockBytes - LineBlockHead.Size);

    private void AddOverBlocks(ReadOnlySpan<byte> datagram, Moment now)
    {
        var need = DatagramLog.HeaderLength + datagram.Length;
        while (_blocks > 0 && (_held - BegunIn(_oldest) >= maxLines || (_blocks + BlocksFor(need - Room)) * LineBlocks.BlockBytes > maxBytes))
        {
            DropBlock();
        }

        if (Room == 0)
        {
            AddBlock();
        }

        BeginEntry();
        Span<byte> header = stackalloc byte[DatagramLog.HeaderLength];
        DatagramLog.WriteHeader(header, datagram.Length, now.Unix);
        Write(header);
        Write(datagram);
    }

    private void BeginEntry()
    {
        if (_begun++ == 0)
        {
            memory.HeadOf(_newest).First = (ushort)_end;
        }

        _held++;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (Room == 0)
            {
                AddBlock();
            }

            var part = bytes[..Math.Min(bytes.Length, Room)];
            part.CopyTo(memory.BytesOf(_newest)[_end..]);
            _end += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    private int BegunIn(int block) => block == _newest ? _begun : memory.HeadOf(block).Entries;

    private int ReadLength(Place place)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = memory.BytesOf(place.Block)[place.Offset];
            place = Behind(place, 1);
        }

        return (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private Place Behind(Place place, int bytes)
    {
        while (bytes >= LineBlocks.BlockBytes - place.Offset && place.Block != _newest)
        {
            bytes -= LineBlocks.BlockBytes - place.Offset;
            place = new Place(memory.HeadOf(place.Block).Next, LineBlockHead.Size);
        }

        return place with { Offset = place.Offset + bytes };
    }

    private void AddBlock()
    {
        var block = memory.Take();
        memory.HeadOf(block) = new LineBlockHead { Next = LineBlocks.None, First = LineBlocks.BlockBytes };
        if (_blocks == 0)
        {
            _oldest = block;
        }
        else
        {
            ref var before = ref memory.HeadOf(_newest);
            before.Next = block;
            before.Entries = (ushort)_begun;
        }

        _newest = block;
        _end = LineBlockHead.Size;
        _begun = 0;
        _blocks++;
    }

    // The part of an entry that continues in the next block is dropped too: that block's head says where its first entry begins. If none
    // begins there, the block is useless and is dropped as well.
    private void DropBlock()
    {
        do
        {
            var block = _oldest;
            _held -= BegunIn(block);
            _oldest = memory.HeadOf(block).Next;
            memory.Return(block);
            _blocks--;
        }
        while (_blocks > 0 && BegunIn(_oldest) == 0);

        if (_blocks == 0)
        {
            _newest = LineBlocks.None;
            _end = LineBlocks.BlockBytes;
            _begun = 0;
        }
    }
}
