namespace Mayday.Collector.Reassembly;

/// <summary>
/// The memory of all kept lines of a shard, in blocks of one size: what one sender gives back the next one takes, so that the budget is what the
/// process needs and the garbage collector has nothing to do.
/// </summary>
internal sealed class LineBlocks
{
    /// <summary>Two of the kernel's longest datagrams, or some 15 lines.</summary>
    public const int BlockBytes = 2 << 10;

    private readonly Stack<byte[]> _free = new();

    /// <summary>Bytes of the blocks that are taken.</summary>
    public long InUse { get; private set; }

    /// <summary>A block with room for <paramref name="bytes"/>.</summary>
    public byte[] Take(int bytes)
    {
        var block = bytes > BlockBytes ? GC.AllocateUninitializedArray<byte>(bytes)
            : _free.TryPop(out var used) ? used : GC.AllocateUninitializedArray<byte>(BlockBytes);
        InUse += block.Length;
        return block;
    }

    public void Return(byte[] block)
    {
        InUse -= block.Length;
        if (block.Length == BlockBytes)
        {
            _free.Push(block);
        }
    }
}
