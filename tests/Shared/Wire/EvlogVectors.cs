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
}
