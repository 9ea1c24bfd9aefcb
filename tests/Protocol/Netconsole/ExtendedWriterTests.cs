using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Protocol.Kmsg;
using Mayday.Protocol.Netconsole;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Netconsole;

public sealed class ExtendedWriterTests
{
    [Fact]
    public void TryWrite_BodyP_GivesTheGoldenFragments() => AssertFragments("", NetconsoleVectors.BodyP(), "",
        ("6,416,1758426,-,ncfrag=0/1500;", 1000, "88a827c49a1419dbf820018b73ae2c479a67133ce25bde8045438202d5dacd47"),
        ("6,416,1758426,-,ncfrag=970/1500;", 562, "f2967f4cdf62035dcecd3057b276f0dc2345b2be2c12ee62ce13cee7c73d8983"));

    [Fact]
    public void TryWrite_BodyPWithRelease_GivesTheGoldenFragments() => AssertFragments("6.4.0", NetconsoleVectors.BodyP(), "",
        ("6.4.0,6,416,1758426,-,ncfrag=0/1500;", 1000, "8b9b2acf22b8b3f89e296fc14c70f50cd1f347392062157a7c060054b102bc8b"),
        ("6.4.0,6,416,1758426,-,ncfrag=964/1500;", 574, "64997f0fdbe12f836ee982344c2de2ed8e49b6204c6cbdb5e02837cbffc9fe51"));

    [Fact]
    public void TryWrite_BodyPWithUserdata_GivesTheGoldenFragments() => AssertFragments("", NetconsoleVectors.BodyP(), " host=web-12\n msgid=77\n",
        ("6,416,1758426,-,ncfrag=0/1523;", 1000, "b979a89096315bf004d24e84440bc251ed8f3b7a215e551cecbfba60d59662c6"),
        ("6,416,1758426,-,ncfrag=970/1523;", 585, "84e1260cc7c903e8d37156fcaf362d3dfec55c4fbaeb67d95a7555b58e00d23c"));

    [Fact]
    public void TryWrite_BodyQ_GivesTheGoldenFragments() => AssertFragments("", NetconsoleVectors.BodyQ(), "",
        ("6,416,1758426,-,ncfrag=0/2601;", 1000, "236a5b38b136683c0cb4e991717b30128b4a97df5128053de669e5970fe50d04"),
        ("6,416,1758426,-,ncfrag=970/2601;", 1000, "a22b3cb5c19edff0a1d0087af82bfb7ddc13dedc5151341ce6ff3becfee6f8d5"),
        ("6,416,1758426,-,ncfrag=1938/2601;", 696, "b81a04a8aef2cca8a83f90383843ad15033c36f1590a63096310f8b52b58bd9b"));

    [Fact]
    public void BodyP_IsTheOneWrittenDown() =>
        Assert.Equal("31376a7e5ec9ad8993d0e7d45938c25dbb3426f17e93786d552e0abcc9129e9e", Convert.ToHexStringLower(SHA256.HashData(NetconsoleVectors.BodyP())));

    // The kernel's table for exactly one byte below, at and above the limit.
    [Theory]
    [InlineData("", "", 1000, '\n', 45)]
    [InlineData("6.4.0", "", 1000, '\0', 51)]
    [InlineData("", " a=b\n", 999, 'b', 45)]
    [InlineData("", " msgid=1\n", 999, '1', 45)]
    [InlineData("6.4.0", " a=b\n", 999, 'b', 51)]
    [InlineData("", " a=b\n msgid=1\n", 999, '1', 45)]
    public void TryWrite_AtTheLimit_DoesAsTheKernelWhenAsked(string release, string extra, int lengthAtLimit, char lastAtLimit, int lastFragment)
    {
        var below = WriteOfTotal(999, release, extra, losesByteAtLimit: true);
        var at = WriteOfTotal(1000, release, extra, losesByteAtLimit: true);
        var correct = WriteOfTotal(1000, release, extra, losesByteAtLimit: false);
        var above = WriteOfTotal(1001, release, extra, losesByteAtLimit: true);

        Assert.Equal([999], below.Select(datagram => datagram.Length));
        Assert.Equal([lengthAtLimit], at.Select(datagram => datagram.Length));
        Assert.Equal((byte)lastAtLimit, at[0][^1]);
        Assert.Equal([1000], correct.Select(datagram => datagram.Length));
        Assert.Equal((byte)'\n', correct[0][^1]);
        Assert.Equal([1000, lastFragment], above.Select(datagram => datagram.Length));
    }

    [Fact]
    public void TryWrite_GoldenMessage_IsByteForByteEqual()
    {
        Span<byte> header = stackalloc byte[128];
        var length = ExtendedWriter.WriteHeader(header, 4, 1207, 98765432, (byte)'-', "C3"u8);
        var datagrams = Write("6.17.0-rc1"u8, header[..length], "x\n SUBSYSTEM=net\n"u8, " host=web-12\n cpu=3\n taskname=swapper/3\n release=6.17.0-rc1\n msgid=4294967295\n"u8);

        Assert.Equal([NetconsoleVectors.WithEverything], datagrams);
    }

    [Fact]
    public void Constructor_OfAHeaderWithoutRoomForABody_Throws() =>
        Assert.Throws<ArgumentException>(() => new ExtendedWriter(default, new byte[801], "x\n"u8));

    [Fact]
    public void WriteHeader_IntoTooLittleMemory_Throws() => Assert.ThrowsAny<ArgumentException>(() => ExtendedWriter.WriteHeader(new byte[3], 2047, 1, 2));

    [Fact]
    public void FragmentsInAnyOrder_JoinedByOffset_GiveTheMessageBack()
    {
        var cases =
            from text in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(3000)
            from length in Gen.Choose(0, 3000)
            from release in Gen.Elements("", "6.1.0-56-amd64")
            from extra in Gen.Elements("", " host=web-12\n", " host=web-12\n cpu=3\n msgid=77\n")
            from seed in Gen.Choose(0, int.MaxValue)
            select (text: text[..length], release, extra, seed);

        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var escaped = new ArrayBufferWriter<byte>();
            Escapes.Escape(one.text, escaped);
            byte[] message = [.. escaped.WrittenSpan, (byte)'\n'];
            var datagrams = Write(Encoding.ASCII.GetBytes(one.release), "6,416,1758426,-"u8, message, Encoding.ASCII.GetBytes(one.extra)).ToArray();
            new Random(one.seed).Shuffle(datagrams);

            byte[]? body = null;
            foreach (var datagram in datagrams)
            {
                if (datagram.Length > 1000 || !ExtendedPacket.TryParse(datagram, out var packet, out _) || packet.Sequence != 416
                    || !packet.Release.SequenceEqual(Encoding.ASCII.GetBytes(one.release)))
                {
                    return false;
                }

                body ??= new byte[packet.HasFragment ? packet.FragmentTotal : packet.Body.Length];
                packet.Body.CopyTo(body.AsSpan(packet.FragmentOffset));
            }

            var whole = new MessageBody(body);
            var plain = new byte[whole.Text.Length];
            return plain.AsSpan(0, whole.UnescapeText(plain)).SequenceEqual(one.text)
                && body!.AsSpan().EndsWith(Encoding.ASCII.GetBytes(one.extra))
                && whole.TryGetMessageId(out _) == one.extra.Contains("msgid");
        }).QuickCheckThrowOnFailure();
    }

    private static List<byte[]> WriteOfTotal(int total, string release, string extra, bool losesByteAtLimit)
    {
        var fixedLength = (release.Length == 0 ? 0 : release.Length + 1) + "6,416,1758426,-;".Length + 1 + extra.Length;
        var message = Encoding.ASCII.GetBytes(new string('x', total - fixedLength) + "\n");
        return Write(Encoding.ASCII.GetBytes(release), "6,416,1758426,-"u8, message, Encoding.ASCII.GetBytes(extra), losesByteAtLimit);
    }

    private static void AssertFragments(string release, byte[] message, string extra, params (string Header, int Length, string Sha256)[] expected)
    {
        var datagrams = Write(Encoding.ASCII.GetBytes(release), Encoding.ASCII.GetBytes(NetconsoleVectors.FragmentHeader), message, Encoding.ASCII.GetBytes(extra));

        Assert.Equal(expected, datagrams.Select(datagram => (
            Encoding.ASCII.GetString(datagram, 0, Array.IndexOf(datagram, (byte)';') + 1), datagram.Length, Convert.ToHexStringLower(SHA256.HashData(datagram)))));
    }

    private static List<byte[]> Write(
        ReadOnlySpan<byte> release, ReadOnlySpan<byte> header, ReadOnlySpan<byte> message, ReadOnlySpan<byte> extra, bool losesByteAtLimit = false)
    {
        var writer = new ExtendedWriter(release, header, message, extra, losesByteAtLimit);
        var datagrams = new List<byte[]>();
        var memory = new byte[ExtendedWriter.MaxDatagramLength];
        memory.AsSpan().Fill(0xff);
        while (writer.TryWrite(memory, out var written))
        {
            datagrams.Add(memory[..written]);
            memory.AsSpan().Fill(0xff);
        }

        return datagrams;
    }
}
