using System.Runtime.InteropServices;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>What lies at the beginning of a block: the way to the next one, and which entries begin in it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineBlockHead
{
    public const int Size = 8;

    public int Next;

    /// <summary>Offset of the first entry that begins in the block; the block's length when none does.</summary>
    public ushort First;

    public ushort Entries;
}
