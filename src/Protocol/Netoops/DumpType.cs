namespace Mayday.Protocol.Netoops;

/// <summary>Why the kernel sent its log. Unknown values are kept as received.</summary>
public enum DumpType : ushort
{
    /// <summary>An oops, a panic or (one vendor's kernel) an out-of-memory kill: the packet does not distinguish them.</summary>
    Oops = 1,

    /// <summary>A dump without a crash: sysrq y, or a vendor's I/O error guard.</summary>
    Soft = 3,
}
