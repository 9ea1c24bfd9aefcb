namespace Mayday.Protocol.Evlog;

/// <summary>Flags of an evlog record, as on the wire; bits without a name are kept.</summary>
[Flags]
public enum EvlogFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>The variable part was cut at 8,192 bytes.</summary>
    Truncate = 0x1,

    /// <summary>Written by the kernel; always set by the 2003 patches.</summary>
    KernelEvent = 0x2,

    /// <summary>The time is not yet corrected for the boot (layouts with a time only).</summary>
    InitialBootEvent = 0x4,

    /// <summary>The time is the clock's local time (layouts with a time only).</summary>
    KernelTimeLocal = 0x8,

    /// <summary>Written in an interrupt: the task is merely the one that was interrupted.</summary>
    Interrupt = 0x10,

    /// <summary>It came from printk: its text begins with the level, <c>&lt;n&gt;</c>.</summary>
    Printk = 0x20,

    /// <summary>The event type is the CRC of the format string, and the receiver must compute it.</summary>
    EventTypeCrc = 0x40,
}
