using System.Runtime.InteropServices;
using Mayday.Linux.Memory;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>
/// The memory of all kept lines of a shard, in blocks of one size: what one sender gives back the next one takes, so that the budget is what the
/// process needs. It lies beside the garbage-collected heap, which has nothing to do with half a gigabyte that only changes hands, and on huge
/// pages: a fleet's lines come in any order, and each would be a page that the processor has forgotten.
/// </summary>
internal sealed class LineBlocks
{
    /// <summary>Two of the kernel's longest datagrams, or some 15 lines.</summary>
    public const int BlockBytes = 2 << 10;

    /// <summary>No block.</summary>
    public const int None = -1;

    private const int BlocksOfPage = FixedMemory.HugePage / BlockBytes;

    // Of the first page only: some ten machines need no more.
    private const int FirstBlocks = 64;

    private readonly List<FixedMemory> _pages = [];

    // The first of those that nobody has; each leads to the next.
    private int _free = None;

    /// <summary>Bytes of the blocks that are taken.</summary>
    public long InUse { get; private set; }

    /// <summary>Number of a block that is nobody's.</summary>
    public int Take()
    {
        if (_free == None)
        {
            AddPage();
        }

        InUse += BlockBytes;
        var block = _free;
        _free = HeadOf(block).Next;
        return block;
    }

    public void Return(int block)
    {
        InUse -= BlockBytes;
        Free(block);
    }

    public Span<byte> BytesOf(int block) => _pages[block / BlocksOfPage].Span(block % BlocksOfPage * BlockBytes, BlockBytes);

    /// <summary>The block's first bytes, as a ring uses them.</summary>
    public ref LineBlockHead HeadOf(int block) => ref MemoryMarshal.AsRef<LineBlockHead>(BytesOf(block));

    private void AddPage()
    {
        var first = _pages.Count * BlocksOfPage;
        var count = first == 0 ? FirstBlocks : BlocksOfPage;
        _pages.Add(first == 0 ? FixedMemory.Allocate(FirstBlocks * BlockBytes) : FixedMemory.AllocateHugePages(1));

        // The first of it is taken first.
        for (var i = count - 1; i >= 0; i--)
        {
            Free(first + i);
        }
    }

    private void Free(int block)
    {
        HeadOf(block).Next = _free;
        _free = block;
    }
}
