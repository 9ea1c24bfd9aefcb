namespace Mayday.Tests.Shared.Wire;

/// <summary>Golden evlog records, named after what they mean. Do not write to the arrays.</summary>
public static class EvlogVectors
{
    /// <summary>Little-endian, PRINTF.</summary>
    public static readonly byte[] PrintfFromE1000 = Convert.FromHexString(
        "980000000000000000000000d2040000f87a0300520003030000000042000000000000000000000000000000d2040000d2040000653130" +
        "30300000000000000000000000257320282573202573292025733a2054686520454550524f4d20436865636b73756d204973204e6f7420" +
        "56616c6964001e0000006574683000653130303000303030303a30303a30332e300050524f4245000000");

    /// <summary>Little-endian, BINARY, one byte of padding.</summary>
    public static readonly byte[] BinaryFromScsi = Convert.FromHexString(
        "48000000000000000000000000000000f87a03000300010415000000120000000100000000000000000000000000000000000000736373" +
        "6900000000000000000000000001020300");

    /// <summary>15-character facility, no data.</summary>
    public static readonly byte[] NoDataWithLongFacility = Convert.FromHexString(
        "4400000000000000000000004d000000f87a030000000002070000000200000003000000f4010000f40100004d00000046000000616263" +
        "6465666768696a6b6c6d6e6f00");

    /// <summary>Big-endian, PRINTF.</summary>
    public static readonly byte[] PrintfBigEndian = Convert.FromHexString(
        "0000006c0000000000000000000000017af800030026030300000000000000420000000000000000000000000000000100000001653130" +
        "3000000000000000000000000025733a206c696e6b20646f776e2c207374617475733d256400000000096574683000fffffffb0000");

    /// <summary><see cref="BinaryFromScsi"/> in the layout of 2.5.74.</summary>
    public static readonly byte[] BinaryInOldLayout = Convert.FromHexString(
        "48000000000000000000000000000000f87a03007363736900000000000000000000000003000104150000001200000001000000000000" +
        "0000000000000000000000000001020300");

    /// <summary>Drained by system call on 32 bits: a 60-byte header, no netlink frame.</summary>
    public static readonly byte[] StringDrained32 = Convert.FromHexString(
        "f87a03000a000204150000000200000001000000ca3d143f0065cd1d00000000000000004d000000460000007363736900000000000000" +
        "00000000006469736b2066756c6c00");

    /// <summary>As <see cref="StringDrained32"/> on 64 bits: 72 bytes.</summary>
    public static readonly byte[] StringDrained64 = Convert.FromHexString(
        "f87a03000a00020415000000020000000100000000000000ca3d143f000000000065cd1d00000000000000004d00000046000000736373" +
        "69000000000000000000000000000000006469736b2066756c6c00");

    /// <summary>Whole netlink frames.</summary>
    public static IReadOnlyList<byte[]> Frames { get; } = [PrintfFromE1000, BinaryFromScsi, NoDataWithLongFacility, PrintfBigEndian, BinaryInOldLayout];

    /// <summary>Drained records: no frame.</summary>
    public static IReadOnlyList<byte[]> Drained { get; } = [StringDrained32, StringDrained64];

    /// <summary>PRINTF bodies, little-endian, as the original packer made them, each with the text that the kernel would have printed.</summary>
    public static IReadOnlyList<PrintfVector> PrintfBodies { get; } =
    [
        new("level and string", 0, "<3>eth0: link down, status=-5", "3c333e25733a206c696e6b20646f776e2c207374617475733d256400090000006574683000fbffffff"),
        new(
            "every size, 64 bits", 8, "c=A h=-2 i=7 l=1122334455667788 ll=9223372036854775809 L=3 z=4 Z=5 p=ffff880012345678",
            "633d256320683d25686420693d2575206c3d256c78206c6c3d256c6c75204c3d254c75207a3d257a75205a3d255a7520703d2570003c00000041000000feffffff"
            + "0700000088776655443322110100000000000080030000000000000004000000000000000500000000000000785634120088ffff"),
        new(
            "every size, 32 bits", 4, "c=A h=-2 i=7 l=55667788 ll=9223372036854775809 L=3 z=4 Z=5 p=12345678",
            "633d256320683d25686420693d2575206c3d256c78206c6c3d256c6c75204c3d254c75207a3d257a75205a3d255a7520703d2570002c00000041000000feffffff"
            + "070000008877665501000000000000800300000000000000040000000500000078563412"),
        new("width and precision as arguments", 0, "   42|abc|007     ", "252a647c252e2a737c252d2a2e2a64001f000000050000002a0000000300000061626364656600080000000300000007000000"),
        new("unknown conversion", 0, "%hhd then 1", "25686864207468656e202564000400000001000000"),
        new("count", 0, "a b9", "61256e20622564000400000009000000"),
        new("pointer and a letter, 64 bits", 8, "0000000000000055S 6", "257053202564000c000000550000000000000006000000"),
        new("pointer and a letter, 32 bits", 4, "00000055S 6", "25705320256400080000005500000006000000"),
        new("nothing is aligned, 64 bits", 8, "a1bc2", "257325642573256c6400110000006100010000006263000200000000000000"),
        new("nothing is aligned, 32 bits", 4, "a1bc2", "257325642573256c64000d00000061000100000062630002000000"),
        new("unknown conversion with a width", 0, "%*hhd|7", "252a6868647c256400080000000600000007000000"),
        new("percent", 0, "100% of sda", "3130302525206f66202573000400000073646100"),
        new("percent at the end", 0, "trailing %", "747261696c696e6720250000000000"),
    ];
}

/// <summary>A PRINTF body and what it says.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="WordSize">4 or 8 where the body tells; 0 where nothing depends on it.</param>
/// <param name="Text">As the kernel prints it.</param>
/// <param name="Hex">Format string, NUL, size, arguments.</param>
public sealed record PrintfVector(string Name, int WordSize, string Text, string Hex)
{
    /// <summary>A copy of the bytes.</summary>
    public byte[] Body() => Convert.FromHexString(Hex);
}
