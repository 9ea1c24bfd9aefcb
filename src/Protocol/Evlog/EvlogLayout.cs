namespace Mayday.Protocol.Evlog;

/// <summary>The header layouts of an evlog record. The record does not name its layout: magic and version are the same in most, so length,
/// time and facility decide (<see cref="EvlogRecord"/>). "Drained" records were read from the kernel's buffer by system call instead of
/// netlink, so they have a time. Sources: <c>include/linux/evlog.h</c> of the 2.5.74 and 2.5.75 patches, <c>evl_kernel.h</c> of evlog
/// 1.6.1.</summary>
public enum EvlogLayout : byte
{
    /// <summary>52 bytes, facility last: the netlink patch for 2.5.75.</summary>
    Netlink,

    /// <summary>52 bytes, facility third: the netlink patch for 2.5.74. The order of the fields after the facility is a
    /// reconstruction.</summary>
    NetlinkEarly,

    /// <summary>Version 3, 60 bytes: a 32-bit kernel.</summary>
    Drained32,

    /// <summary>Version 3, 72 bytes: a 64-bit kernel.</summary>
    Drained64,

    /// <summary>Version 1, 48 bytes, facility as a number: a 32-bit kernel.</summary>
    DrainedFirst32,

    /// <summary>Version 1, 56 bytes, facility as a number: a 64-bit kernel.</summary>
    DrainedFirst64,

    /// <summary>Version 2, 48 bytes, facility as a number: a 32-bit kernel.</summary>
    DrainedSecond32,

    /// <summary>Version 2, 56 bytes, facility as a number: a 64-bit kernel.</summary>
    DrainedSecond64,
}
