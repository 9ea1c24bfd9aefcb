using System.Buffers.Binary;
using Mayday.Collector.Receive;
using Mayday.Store;

namespace Mayday.Collector.Reassembly;

/// <summary>
/// The last datagrams of one stream, as received, each with the header of <see cref="DatagramLog"/>, so that a window takes them over block by
/// block. Grows with use up to its limit, then the oldest give way; no entry spans two blocks. The oldest lines are long out of the processor's
/// cache, so they go a block at a time, without a look at them: up to a block more than the limit is held, and left out when a window takes over.
/// </summary>
internal sealed class LineRing(int maxLines, int maxBytes, LineBlocks memory)
{
    private const int FirstPlaces = 2;

    // A circle of blocks, oldest first.
    private Block[] _blocks = new Block[FirstPlaces];
    private int _oldest;
    private int _used;
    private int _held;

    private struct Block
    {
        public ArraySegment<byte> Bytes;
        public int End;
        public int Entries;
    }

    /// <summary>Datagrams that a window would get.</summary>
    public int Count => Math.Min(_held, maxLines);

    /// <summary>Bytes of memory that it holds.</summary>
    public int Capacity { get; private set; }

    /// <summary>Keeps a datagram.</summary>
    public void Add(ReadOnlySpan<byte> datagram, Moment now)
    {
        var need = DatagramLog.HeaderLength + datagram.Length;
        if (maxLines == 0 || need > maxBytes)
        {
            return;
        }

        if (_used == 0 || Newest.Bytes.Count - Newest.End < need)
        {
            while (_used > 0 && (_held - _blocks[_oldest].Entries >= maxLines || Capacity + Math.Max(need, LineBlocks.BlockBytes) > maxBytes))
            {
                DropBlock();
            }

            AddBlock(need);
        }

        ref var block = ref Newest;
        DatagramLog.WriteHeader(block.Bytes.AsSpan(block.End), datagram.Length, now.Unix);
        datagram.CopyTo(block.Bytes.AsSpan(block.End + DatagramLog.HeaderLength));
        block.End += need;
        block.Entries++;
        _held++;
    }

    /// <summary>Gives all entries to <paramref name="window"/>, oldest first, and is empty then.</summary>
    public void MoveTo(CrashWindow window)
    {
        var surplus = _held - Count;
        for (var i = 0; i < _used; i++)
        {
            ref var block = ref _blocks[(_oldest + i) % _blocks.Length];
            var start = 0;
            for (; surplus > 0 && start < block.End; surplus--)
            {
                start += DatagramLog.HeaderLength + (int)BinaryPrimitives.ReadUInt32LittleEndian(block.Bytes.AsSpan(start));
            }

            window.TakeContainer(block.Bytes.AsSpan(start, block.End - start));
        }

        Clear();
    }

    /// <summary>Gives its memory back.</summary>
    public void Clear()
    {
        while (_used > 0)
        {
            DropBlock();
        }
    }

    private ref Block Newest => ref _blocks[(_oldest + _used - 1) % _blocks.Length];

    private void AddBlock(int need)
    {
        if (_used == _blocks.Length)
        {
            var larger = new Block[_blocks.Length * 2];
            for (var i = 0; i < _used; i++)
            {
                larger[i] = _blocks[(_oldest + i) % _blocks.Length];
            }

            _blocks = larger;
            _oldest = 0;
        }

        _used++;
        Newest = new Block { Bytes = memory.Take(need) };
        Capacity += Newest.Bytes.Count;
    }

    private void DropBlock()
    {
        ref var block = ref _blocks[_oldest];
        Capacity -= block.Bytes.Count;
        _held -= block.Entries;
        memory.Return(block.Bytes);
        block = default;
        _oldest = (_oldest + 1) % _blocks.Length;
        _used--;
    }
}
