using System.Runtime.InteropServices;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The head of a block: a link to the next block, and the entries that begin in this one.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineBlockHead
{
    public const int Size = 8;

    public int Next;

    /// <summary>Offset of the first entry that begins in the block; the block's length when none does.</summary>
    public ushort First;

    public ushort Entries;
}
