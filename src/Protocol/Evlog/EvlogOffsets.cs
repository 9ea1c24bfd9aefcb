namespace Mayday.Protocol.Evlog;

/// <summary>Offsets of the header fields of one layout, in bytes from the magic number; -1 where the layout does not have the
/// field.</summary>
internal readonly record struct EvlogOffsets(
    int Length, int Size, int Format, int Severity, int EventType, int Flags, int Processor, int Uid, int Gid, int Pid, int Pgrp,
    int Facility, int FacilityCode, int Seconds, int SecondsWidth, int Nanoseconds, int WordSize, ushort Version)
{
    public const int None = -1;
    public const int MagicOffset = 0;
    public const int VersionOffset = 2;
    public const int FacilityLength = 16;

    //                                        length size fmt sev type flags cpu uid gid pid pgrp name code sec width nsec word version
    private static readonly EvlogOffsets[] s_table =
    [
        /* Netlink         */ new EvlogOffsets(52, 4, 6, 7, 8, 12, 16, 20, 24, 28, 32, 36, None, None, 0, None, 0, 3),
        /* NetlinkEarly    */ new EvlogOffsets(52, 20, 22, 23, 24, 28, 32, 36, 40, 44, 48, 4, None, None, 0, None, 0, 3),
        /* Drained32       */ new EvlogOffsets(60, 4, 6, 7, 8, 12, 16, 28, 32, 36, 40, 44, None, 20, 4, 24, 4, 3),
        /* Drained64       */ new EvlogOffsets(72, 4, 6, 7, 8, 12, 16, 36, 40, 44, 48, 52, None, 24, 8, 32, 8, 3),
        /* DrainedFirst32  */ new EvlogOffsets(48, 4, 6, 7, 8, 40, 44, 16, 20, 24, 28, None, 12, 32, 4, 36, 4, 1),
        /* DrainedFirst64  */ new EvlogOffsets(56, 4, 6, 7, 8, 44, 48, 16, 20, 24, 28, None, 12, 32, 8, 40, 8, 1),
        /* DrainedSecond32 */ new EvlogOffsets(48, 4, 6, 7, 8, 32, 36, 16, 20, 24, 28, None, 12, 40, 4, 44, 4, 2),
        /* DrainedSecond64 */ new EvlogOffsets(56, 4, 6, 7, 8, 32, 36, 16, 20, 24, 28, None, 12, 40, 8, 48, 8, 2),
    ];

    public static ref readonly EvlogOffsets Of(EvlogLayout layout) => ref s_table[(int)layout];
}
