using System.Globalization;
using System.Security.Cryptography;

namespace Mayday.Tests.Shared.Wire;

/// <summary>One golden datagram: its bytes and the key they must give.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Prefix">Header in short hex.</param>
/// <param name="Text">Log text; padded to 1024 bytes.</param>
/// <param name="Sha256">Of the whole datagram.</param>
/// <param name="Key">SHA-256 of the prefix with the packet number zeroed.</param>
public sealed record NetoopsVector(string Name, string Prefix, string Text, string Sha256, string Key)
{
    public byte[] PrefixBytes { get; } = ShortHex.Read(Prefix);

    public byte[] Datagram()
    {
        var datagram = new byte[PrefixBytes.Length + 1024];
        PrefixBytes.CopyTo(datagram, 0);
        System.Text.Encoding.ASCII.GetBytes(Text, datagram.AsSpan(PrefixBytes.Length));
        return Convert.ToHexStringLower(SHA256.HashData(datagram)) == Sha256
            ? datagram
            : throw new InvalidDataException($"Vector {Name} is not what it was written down as.");
    }

    public override string ToString() => Name;
}

/// <summary>Golden netoops packets, named after what they mean; each checks its own hash when it is taken.</summary>
public static class NetoopsVectors
{
    public const string BugLine = "<1>[   12.345678] BUG: unable to handle kernel NULL pointer dereference at 0000000000000008\n";

    public const string BugAndPanicLines = BugLine + "<0>[   12.345999] Kernel panic - not syncing: Fatal exception\n";

    /// <summary>The i-th byte is 0x20 + i mod 95: the log of the eight packets with two short ones.</summary>
    public static byte[] PatternLog(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(0x20 + i % 95))];

    /// <summary>Stage 23, x86_64, an oops with registers.</summary>
    public static readonly NetoopsVector OopsOnX64 = new(
        nameof(OopsOnX64),
        """
        0300341284010200d800010001 [00*7] 44332211322e362e33322d3232302e32332e312e656c362e7838365f3634 [00*167] 061a051f
        [00*7] 1e [00*7] 1d [00*7] 1c [00*7] 38de5b7a0088ffffb1 [00*7] 1b [00*7] 1a [00*7] 09 [00*7] 08 [00*15] c1
        [00*7] d1 [00*7] 51 [00*7] d2 [00*7] [ff*8] 5c6a3381ffffffff10 [00*7] 460201000000000018de5b7a0088ffff18 [00*7]
        """,
        BugLine,
        "f57212557205916728131a2d7678837e8d2cced331abe411a1a7008154a909e0",
        "ad5a6c99fa1cf1bfdfac31ca2e3f094cb790cc78ead9dae8facbaa9860b0b2aa");

    /// <summary>The panic that follows <see cref="OopsOnX64"/> in the same second: same ids, zero registers.</summary>
    public static readonly NetoopsVector PanicAfterIt = new(
        nameof(PanicAfterIt),
        """
        0300341284010200d800010001 [00*7] 44332211322e362e33322d3232302e32332e312e656c362e7838365f3634 [00*167] 061a05
        [00*168]
        """,
        BugAndPanicLines,
        "957198c0a12201d4cf472d618a975583b111c172c0ef330e4b73992b6b50bc71",
        "25b096c12a07e8498419c067215779f606dd9adab0da8a97b1d4f145a145a978");

    /// <summary>Stage 23, i386, a soft dump without boot id or registers.</summary>
    public static readonly NetoopsVector SoftDumpOnI386 = new(
        nameof(SoftDumpOnI386),
        """
        0300bc0a20010200d800030001 [00*11] 322e362e33322d3232302e32332e312e656c362e69363836 [00*169] 061a05 [00*68]
        """,
        BugLine,
        "07fe875f80936bc20e00407a06065f8a99f0d0529097e44359520f8e167e9971",
        "8ec535b2a01088da576dbefb4663308c2f2384cb4b41e125862b9f14c909845f");

    /// <summary>Stage 23, i386, an oops with registers.</summary>
    public static readonly NetoopsVector OopsOnI386 = new(
        nameof(OopsOnI386),
        """
        0300bc0a20010200d800010001 [00*7] 07000000322e362e33322d3232302e32332e312e656c362e69363836 [00*169]
        061a05b1000000c1000000d100000051000000d200000098dea1f5000000007b0000007b000000d8000000e0000000ffffffff5c6a5bc060
        000000460201007cdea1f568000000
        """,
        BugLine,
        "26a90b6d93600501a737b719831a8d6d14bb8769bd163c1311bbf638e1ad2f00",
        "20316dfabad2478effe67102ee612fbe2203cf3c8855c36202bbb8cb0f142675");

    /// <summary>Stage 20: no boot id, no arch block.</summary>
    public static readonly NetoopsVector Stage20WithoutArchBlock = new(
        nameof(Stage20WithoutArchBlock),
        """
        03003412540002005400010001 [00*7] 322e362e33322d3232302e32332e312e656c362e7838365f3634 [00*38]
        """,
        BugLine,
        "a818d582bf8af1b8bdffde984fd9421f18094c12a1cc82cd740b0e45dc57a6a4",
        "efda11c1dbdfe30d61437b717f6d074006d51075bebd244c8ad59801b36200b1");

    /// <summary>Stage 21: no boot id, registers as <see cref="OopsOnX64"/>.</summary>
    public static readonly NetoopsVector Stage21WithoutBootId = new(
        nameof(Stage21WithoutBootId),
        """
        03003412000102005400010001 [00*7] 322e362e33322d3232302e32332e312e656c362e7838365f3634 [00*39] 061a051f [00*7]
        1e [00*7] 1d [00*7] 1c [00*7] 38de5b7a0088ffffb1 [00*7] 1b [00*7] 1a [00*7] 09 [00*7] 08 [00*15] c1 [00*7] d1
        [00*7] 51 [00*7] d2 [00*7] [ff*8] 5c6a3381ffffffff10 [00*7] 460201000000000018de5b7a0088ffff18 [00*7]
        """,
        BugLine,
        "cf01008e0e55cf713ba963c45f98afd29527a73321d63a9c6f71658818e93af0",
        "c0c96388fda6110c5da4d75c6dc31cae0b149a32cbd13deb9d7c4e018d98e156");

    /// <summary>Stage 22: boot id, no user blob.</summary>
    public static readonly NetoopsVector Stage22WithoutBlob = new(
        nameof(Stage22WithoutBlob),
        """
        03003412040102005800010001 [00*7] 44332211322e362e33322d3232302e32332e312e656c362e7838365f3634 [00*39] 061a051f
        [00*7] 1e [00*7] 1d [00*7] 1c [00*7] 38de5b7a0088ffffb1 [00*7] 1b [00*7] 1a [00*7] 09 [00*7] 08 [00*15] c1
        [00*7] d1 [00*7] 51 [00*7] d2 [00*7] [ff*8] 5c6a3381ffffffff10 [00*7] 460201000000000018de5b7a0088ffff18 [00*7]
        """,
        BugLine,
        "0a97bee1f4f868bede1b9c22cd888366742216161a3226ddf4f064ff3dbf6ced",
        "20c6ab658ca58ce9aedcdf3904bd379ef5bbc17843056062d920d9612d2b7ef0");

    /// <summary>Stage 23 with the blob "rack=12 slot=7".</summary>
    public static readonly NetoopsVector UserBlobOfWords = new(
        nameof(UserBlobOfWords),
        """
        0300341284010200d800010001 [00*7] 44332211322e362e33322d3232302e32332e312e656c362e7838365f3634 [00*38]
        7261636b3d313220736c6f743d370a [00*114] 061a051f [00*7] 1e [00*7] 1d [00*7] 1c [00*7] 38de5b7a0088ffffb1 [00*7]
        1b [00*7] 1a [00*7] 09 [00*7] 08 [00*15] c1 [00*7] d1 [00*7] 51 [00*7] d2 [00*7] [ff*8] 5c6a3381ffffffff10
        [00*7] 460201000000000018de5b7a0088ffff18 [00*7]
        """,
        BugLine,
        "43fbdaf0a3e1d760f5a94439d18582544a210ecb64fa526d8730ddbd3e58199a",
        "1238a484851a5f61158ab94ff2a7c0d10e204e7517b8a4a141e9bec765d4828b");

    /// <summary>A kernel release that fills its 64 bytes.</summary>
    public static readonly NetoopsVector ReleaseWithoutNul = new(
        nameof(ReleaseWithoutNul),
        """
        0300ffff84010200d800010001 [00*7] ffffffff [76*64] [00*129] 061a05 [00*168]
        """,
        BugLine,
        "7b883b7a474438b1cc614611d643c675a00157e8a2c1fb7e5b1dc274d7d1e7c2",
        "e655324fa46e13abe78bff8c667c6ac6e7f32732e8bdd321632f2afb15e9d320");

    public static IReadOnlyList<NetoopsVector> All { get; } =
    [
        OopsOnX64, PanicAfterIt, SoftDumpOnI386, OopsOnI386,
        Stage20WithoutArchBlock, Stage21WithoutBootId, Stage22WithoutBlob, UserBlobOfWords, ReleaseWithoutNul,
    ];
}

/// <summary>Hex in which <c>[xx*N]</c> stands for N times the byte xx; blanks and line ends mean nothing.</summary>
public static class ShortHex
{
    public static byte[] Read(string text)
    {
        var bytes = new List<byte>();
        var compact = string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
        for (var i = 0; i < compact.Length;)
        {
            if (compact[i] != '[')
            {
                bytes.Add(ReadByte(compact, i));
                i += 2;
                continue;
            }

            var end = compact.IndexOf(']', i);
            var repeat = int.Parse(compact.AsSpan(i + 4, end - i - 4), CultureInfo.InvariantCulture);
            bytes.AddRange(Enumerable.Repeat(ReadByte(compact, i + 1), repeat));
            i = end + 1;
        }

        return [.. bytes];
    }

    private static byte ReadByte(string text, int index) => byte.Parse(text.AsSpan(index, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
