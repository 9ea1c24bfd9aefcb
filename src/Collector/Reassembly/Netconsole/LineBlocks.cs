using System.Runtime.InteropServices;
using Mayday.Linux.Memory;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The memory of all kept lines of a shard, in blocks of one size, so that a block freed by one sender can be used by the next and
/// the budget equals the memory in use. It is outside the garbage-collected heap, which would have to track half a gigabyte of buffers. It
/// uses huge pages: the lines of a fleet arrive in random order, and with small pages almost each access would be a TLB miss.</summary>
internal sealed class LineBlocks
{
    /// <summary>Two of the kernel's longest datagrams, or about 15 lines.</summary>
    public const int BlockBytes = 2 << 10;

    /// <summary>The number that means "no block".</summary>
    public const int None = -1;

    private const int BlocksOfPage = FixedMemory.HugePage / BlockBytes;

    // The first allocation is one small page: about ten machines need no more.
    private const int FirstBlocks = 64;

    private readonly List<FixedMemory> _pages = [];

    // Head of the list of free blocks; each links to the next.
    private int _free = None;

    /// <summary>Bytes of the blocks in use.</summary>
    public long InUse { get; private set; }

    /// <summary>Takes a free block and returns its number.</summary>
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

    /// <summary>The head of a block, as a ring uses it.</summary>
    public ref LineBlockHead HeadOf(int block) => ref MemoryMarshal.AsRef<LineBlockHead>(BytesOf(block));

    private void AddPage()
    {
        var first = _pages.Count * BlocksOfPage;
        var count = first == 0 ? FirstBlocks : BlocksOfPage;
        _pages.Add(first == 0 ? FixedMemory.Allocate(FirstBlocks * BlockBytes) : FixedMemory.AllocateHugePages(1));

        // Pushed in reverse, so that the first block is taken first.
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
