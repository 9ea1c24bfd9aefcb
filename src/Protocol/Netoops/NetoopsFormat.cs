namespace Mayday.Protocol.Netoops;

/// <summary>
/// Numbers of the netoops wire format, version 3, as sent by the driver <c>drivers/net/netoops.c</c> (Mike Waychison, 2010; final form in
/// the public kernel trees that carried it). All integers are little-endian, nothing is padded.
/// </summary>
/// <remarks>
/// <code>
///  0        2        4            6     8            10    12            16           20
/// +--------+--------+------------+-----+------------+-----+-------------+------------+---------------------------+
/// | 0x0003 | dump   | data       | arch| arch       | type| packet      | packet     | boot id, kernel version,  |
/// |        | id     | offset     |     | offset     |     | count       | number     | user blob, by the layout  |
/// +--------+--------+------------+-----+------------+-----+-------------+------------+---------------------------+
/// arch offset: four processor bytes, then raw pt_regs          data offset: 1024 bytes of log, zero-padded at the end
/// </code>
/// Four layouts share the version; <c>arch_offset</c> tells them apart (<see cref="NetoopsLayout"/>).
/// </remarks>
public static class NetoopsFormat
{
    /// <summary>The version all four layouts carry.</summary>
    public const ushort Version = 3;

    /// <summary>UDP port the driver sends from and to unless told otherwise.</summary>
    public const int DefaultPort = 2004;

    /// <summary>Architecture number of both i386 and x86_64; no other number was ever sent.</summary>
    public const ushort ArchitectureX86 = 2;

    /// <summary>Log bytes in a packet of a real sender.</summary>
    public const int DataLength = 1024;

    /// <summary>How many times a sender transmits the whole set of packets.</summary>
    public const int Rounds = 3;

    /// <summary>Most packets that a dump may claim: 65,536 of 1024 bytes are 64 MiB of log. Real senders stay below <c>log_buf_len / 1024 +
    /// 2</c>, and the largest log buffer known to be configured on such kernels is 2 MiB. The rest is room for user-space
    /// senders.</summary>
    public const int MaxPacketCount = 65_536;

    /// <summary>Bytes of the fields that all layouts share; nothing shorter can be a packet.</summary>
    public const int CommonHeaderLength = 20;

    /// <summary>Width of the kernel release (<c>uname -r</c>), zero-padded, not always NUL-terminated.</summary>
    public const int KernelReleaseLength = 64;

    /// <summary>Width of the bytes that user space may add.</summary>
    public const int UserBlobLength = 128;

    /// <summary>Processor bytes (vendor, family, model, stepping) before the registers.</summary>
    public const int ProcessorLength = 4;

    /// <summary><c>struct pt_regs</c> of x86_64: 21 words of 8 bytes.</summary>
    public const int Registers64Length = 21 * sizeof(ulong);

    /// <summary><c>struct pt_regs</c> of i386: 17 words of 4 bytes.</summary>
    public const int Registers32Length = 17 * sizeof(uint);

    /// <summary>Largest header a writer makes: layout 23 with 64-bit registers.</summary>
    public const int MaxHeaderLength = Stage23ArchOffset + ProcessorLength + Registers64Length;

    /// <summary>Largest packet a writer makes: 1412 bytes, which fits a 1500-byte Ethernet frame.</summary>
    public const int MaxPacketLength = MaxHeaderLength + DataLength;

    internal const int VersionOffset = 0;
    internal const int DumpIdOffset = 2;
    internal const int DataOffsetOffset = 4;
    internal const int ArchitectureOffset = 6;
    internal const int ArchOffsetOffset = 8;
    internal const int TypeOffset = 10;
    internal const int PacketCountOffset = 12;
    internal const int PacketNumberOffset = 16;

    // Layouts 20 and 21: the kernel release follows the common fields.
    internal const int EarlyKernelReleaseOffset = 20;

    // Layouts 22 and 23: the boot id comes first.
    internal const int BootIdOffset = 20;
    internal const int KernelReleaseOffset = 24;
    internal const int UserBlobOffset = 88;

    internal const int Stage20ArchOffset = 84;
    internal const int Stage22ArchOffset = 88;
    internal const int Stage23ArchOffset = 216;
}
