namespace Mayday.Protocol.Netoops;

/// <summary>What made the kernel hand out its log. Values that are not named here are kept as they came.</summary>
public enum DumpType : ushort
{
    /// <summary>An oops, a panic or (one vendor's kernel) an out-of-memory kill: the wire does not tell them apart.</summary>
    Oops = 1,

    /// <summary>Asked for without a crash: sysrq y, or a vendor's I/O error guard.</summary>
    Soft = 3,
}
