namespace Mayday.Collector.Reassembly;

/// <summary>
/// The memory of all kept lines of a shard, in blocks of one size: what one sender gives back the next one takes, so that the budget is what the
/// process needs and the garbage collector has nothing to do. Blocks are cut from large slabs, which it never moves: a fleet that begins to talk
/// all at once would have it copy half a gigabyte of small arrays through its generations.
/// </summary>
internal sealed class LineBlocks
{
    /// <summary>Two of the kernel's longest datagrams, or some 15 lines.</summary>
    public const int BlockBytes = 2 << 10;

    // 1 MiB: far above the 85,000 bytes from which on an array is born old.
    private const int BlocksOfSlab = 512;

    private readonly Stack<ArraySegment<byte>> _free = new();

    /// <summary>Bytes of the blocks that are taken.</summary>
    public long InUse { get; private set; }

    /// <summary>A block with room for <paramref name="bytes"/>.</summary>
    public ArraySegment<byte> Take(int bytes)
    {
        if (bytes <= BlockBytes && _free.Count == 0)
        {
            CutSlab();
        }

        var block = bytes > BlockBytes ? new ArraySegment<byte>(GC.AllocateUninitializedArray<byte>(bytes)) : _free.Pop();
        InUse += block.Count;
        return block;
    }

    public void Return(ArraySegment<byte> block)
    {
        InUse -= block.Count;
        if (block.Count == BlockBytes)
        {
            _free.Push(block);
        }
    }

    private void CutSlab()
    {
        var slab = GC.AllocateUninitializedArray<byte>(BlocksOfSlab * BlockBytes);

        // The first of it is taken first.
        for (var offset = slab.Length - BlockBytes; offset >= 0; offset -= BlockBytes)
        {
            _free.Push(new ArraySegment<byte>(slab, offset, BlockBytes));
        }
    }
}
