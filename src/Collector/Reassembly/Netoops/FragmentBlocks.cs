using System.Buffers;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>The position of a fragment's bytes.</summary>
internal readonly record struct BlockSlice(int Block, int Offset, int Length);

/// <summary>Append-only pooled storage. It grows with the bytes that arrive, not with the size that a header claims.</summary>
internal sealed class FragmentBlocks
{
    // The first block is small, so that a flood of single packets does not cost many times their size.
    private const int FirstBlock = 2 << 10;
    private const int LargestBlock = 64 << 10;

    private readonly List<byte[]> _blocks = [];
    private int _used;

    /// <summary>Pooled bytes held.</summary>
    public long Capacity { get; private set; }

    public BlockSlice Append(ReadOnlySpan<byte> bytes)
    {
        if (_blocks.Count == 0 || _blocks[^1].Length - _used < bytes.Length)
        {
            var wanted = _blocks.Count == 0 ? FirstBlock : Math.Min(LargestBlock, _blocks[^1].Length * 2);
            var block = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, bytes.Length));
            _blocks.Add(block);
            _used = 0;
            Capacity += block.Length;
        }

        bytes.CopyTo(_blocks[^1].AsSpan(_used));
        var slice = new BlockSlice(_blocks.Count - 1, _used, bytes.Length);
        _used += bytes.Length;
        return slice;
    }

    public ReadOnlySpan<byte> Read(BlockSlice slice) => _blocks[slice.Block].AsSpan(slice.Offset, slice.Length);

    public void Release()
    {
        foreach (var block in _blocks)
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        _blocks.Clear();
        Capacity = 0;
    }
}
