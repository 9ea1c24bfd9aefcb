using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Protocol.Netoops;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Netoops;

public sealed class NetoopsWriterTests
{
    private static readonly byte[] s_releaseX64 = "2.6.32-220.23.1.el6.x86_64"u8.ToArray();
    private static readonly byte[] s_releaseI386 = "2.6.32-220.23.1.el6.i686"u8.ToArray();

    private static NetoopsDumpHeader OopsHeader => new()
    {
        DumpId = 0x1234,
        BootId = 0x11223344,
        KernelRelease = s_releaseX64,
        Processor = new byte[] { 0, 6, 0x1a, 5 },
        Registers = NetoopsVectors.OopsOnX64.PrefixBytes.AsMemory(220),
    };

    private static NetoopsDumpHeader I386Header => new()
    {
        DumpId = 0x0abc,
        KernelRelease = s_releaseI386,
        Processor = new byte[] { 0, 6, 0x1a, 5 },
        RegisterWidth = RegisterWidth.Bits32,
    };

    [Fact]
    public void Write_EachGoldenPacket_IsByteForByteEqual()
    {
        AssertEqual(NetoopsVectors.OopsOnX64, OopsHeader);
        AssertEqual(NetoopsVectors.SoftDumpOnI386, I386Header with { Type = DumpType.Soft });
        AssertEqual(NetoopsVectors.OopsOnI386, I386Header with { BootId = 7, Registers = NetoopsVectors.OopsOnI386.PrefixBytes.AsMemory(220) });
        AssertEqual(NetoopsVectors.Stage20WithoutArchBlock, OopsHeader with { Layout = NetoopsLayout.Stage20 });
        AssertEqual(NetoopsVectors.Stage21WithoutBootId, OopsHeader with { Layout = NetoopsLayout.Stage21 });
        AssertEqual(NetoopsVectors.Stage22WithoutBlob, OopsHeader with { Layout = NetoopsLayout.Stage22 });
        AssertEqual(NetoopsVectors.UserBlobOfWords, OopsHeader with { UserBlob = "rack=12 slot=7\n"u8.ToArray() });

        var noRegisters = OopsHeader with { Registers = default };
        AssertEqual(NetoopsVectors.PanicAfterIt, noRegisters);
        AssertEqual(NetoopsVectors.ReleaseWithoutNul, noRegisters with { DumpId = 0xffff, BootId = uint.MaxValue, KernelRelease = Encoding.ASCII.GetBytes(new string('v', 70)) });
    }

    [Fact]
    public void Write_EightPacketsOfTwoPieces_AreTheGoldenOnes()
    {
        string[] hashes =
        [
            "5a32baa4bfc830744868c899c6c9bfbd188f4a9bf48cd3ba4c5d9484912708f6", "73616b616d5b1d5e99a8fec2a70d1c09b093f9a59835fc5af1c64dbb2f75a579",
            "38be64b5a8acdc01ae4c65b28035d452a0d0808d6be40397c3c78920b6e88a69", "e7df683d3aa721e35018f23abd2138393896b904ed187f93363d7e6373be8232",
            "ac3e9fbcee34bf1b3fb6dd7d683d45b829fd5861d04dd43712516ede838a63ed", "564d6939184ac31fbd6a969a6f14ff7dd08ebe5f01ad00b490266a5443b86b83",
            "ed29650a78ef081d30ceb645e0e18566a2b6fa7e6f608f69bd13eb204b879158", "ce64b5f6d55671d05b2a8a3d727f130f2312ae497eab29221167527c4a6aa667",
        ];
        var log = NetoopsVectors.PatternLog(8000);
        Assert.Equal("618b405ebe37643ec8904a4a7c957a667aa21a60a392890a970a9181eb5157f5", Convert.ToHexStringLower(SHA256.HashData(log)));

        var writer = new NetoopsWriter(OopsHeader, log.AsMemory(0, 5000), log.AsMemory(5000));

        Assert.Equal(8, writer.PacketCount);
        Assert.Equal(hashes, Enumerable.Range(0, 8).Select(number => Convert.ToHexStringLower(SHA256.HashData(WriteInDirtyMemory(writer, number)))));
        Assert.True(NetoopsPacket.TryParse(WriteInDirtyMemory(writer, 3), out var packet, out _));
        Span<byte> key = stackalloc byte[32];
        packet.ComputeKey(key);
        Assert.Equal("99ca1f5a8ef5d85a326e73306d0191c3cb7fcdaac37d17a9a80d01e3ff572ed8", Convert.ToHexStringLower(key));
    }

    [Theory]
    [InlineData(5000, 3000, 8, 0, "", "0,3")]
    [InlineData(0, 1, 1, 0, "", "0")]
    [InlineData(0, 1023, 1, 0, "", "0")]
    [InlineData(0, 1024, 1, 1024, "0", "")]
    [InlineData(0, 1025, 2, 0, "", "0")]
    [InlineData(0, 2048, 2, 1024, "0", "")]
    [InlineData(1025, 0, 2, 0, "", "0")]
    [InlineData(2048, 10, 3, 1024, "1", "0")]
    [InlineData(1024, 1024, 2, 2048, "0,1", "")]
    [InlineData(523288, 1000, 513, 0, "", "0,1")]
    [InlineData(523264, 1024, 512, 2048, "0,1", "")]
    [InlineData(262144, 262144, 512, 2048, "0,256", "")]
    public void Write_WithTheDriversDefect_LosesWhatTheDriverLoses(int older, int newer, int count, int lost, string allNul, string shortPackets)
    {
        var log = NetoopsVectors.PatternLog(older + newer);
        var writer = new NetoopsWriter(OopsHeader, log.AsMemory(0, older), log.AsMemory(older), losesFullLastChunk: true);

        var nulPackets = new List<int>();
        var cutPackets = new List<int>();
        var received = 0;
        for (var number = 0; number < writer.PacketCount; number++)
        {
            Assert.True(NetoopsPacket.TryParse(WriteInDirtyMemory(writer, number), out var packet, out _));
            var length = packet.Data.TrimEnd((byte)0).Length;
            received += length;
            if (packet.IsDataAllNul)
            {
                nulPackets.Add(number);
            }
            else if (length < 1024)
            {
                cutPackets.Add(number);
            }
        }

        Assert.Equal(count, writer.PacketCount);
        Assert.Equal(lost, older + newer - received);
        Assert.Equal(allNul, string.Join(',', nulPackets));
        Assert.Equal(shortPackets, string.Join(',', cutPackets));
    }

    [Fact]
    public void Write_AllNulVector_IsTheDriversOutputForAFullChunk()
    {
        var writer = new NetoopsWriter(OopsHeader, default, NetoopsVectors.PatternLog(1024), losesFullLastChunk: true);

        Assert.Equal("7d6891524586082598b6992a59f64c1f090a45bd075655ddc644795039c745b4",
            Convert.ToHexStringLower(SHA256.HashData(WriteInDirtyMemory(writer, 0))));
    }

    [Fact]
    public void PacketCount_OfAnEmptyLog_IsZero() => Assert.Equal(0, new NetoopsWriter(OopsHeader, default).PacketCount);

    [Fact]
    public void Constructor_OfTooLongALog_Throws() =>
        Assert.Throws<ArgumentException>(() => new NetoopsWriter(OopsHeader, new byte[64 * 1024 * 1024 + 1]));

    [Fact]
    public void Constructor_OfFieldsThatDoNotFit_Throws()
    {
        Assert.Throws<ArgumentException>(() => new NetoopsWriter(OopsHeader with { UserBlob = new byte[129] }, new byte[1]));
        Assert.Throws<ArgumentException>(() => new NetoopsWriter(OopsHeader with { Processor = new byte[3] }, new byte[1]));
        Assert.Throws<ArgumentException>(() => new NetoopsWriter(OopsHeader with { Registers = new byte[68] }, new byte[1]));
        Assert.Throws<ArgumentException>(() => new NetoopsWriter(OopsHeader with { Layout = NetoopsLayout.Opaque }, new byte[1]));
        Assert.Throws<ArgumentException>(() => new NetoopsWriter(OopsHeader with { RegisterWidth = RegisterWidth.None }, new byte[1]));
    }

    [Fact]
    public void Write_IntoTooLittleMemory_Throws() =>
        Assert.Throws<ArgumentException>(() => new NetoopsWriter(OopsHeader, new byte[1]).Write(0, new byte[1411]));

    [Fact]
    public void PacketsInAnyOrder_JoinedByNumber_GiveTheLogBack()
    {
        var cases =
            from older in Gen.Choose(0, 5000)
            from newer in Gen.Choose(1, 5000)
            from layout in Gen.Elements(NetoopsLayout.Stage20, NetoopsLayout.Stage21, NetoopsLayout.Stage22, NetoopsLayout.Stage23)
            from width in Gen.Elements(RegisterWidth.Bits32, RegisterWidth.Bits64)
            from seed in Gen.Choose(0, int.MaxValue)
            select (older, newer, layout, width, seed);

        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var log = NetoopsVectors.PatternLog(one.older + one.newer);
            var header = new NetoopsDumpHeader { DumpId = 9, BootId = 5, Layout = one.layout, RegisterWidth = one.width, KernelRelease = s_releaseX64 };
            var writer = new NetoopsWriter(header, log.AsMemory(0, one.older), log.AsMemory(one.older));
            var numbers = Enumerable.Range(0, writer.PacketCount).SelectMany(number => Enumerable.Repeat(number, NetoopsFormat.Rounds)).ToArray();
            new Random(one.seed).Shuffle(numbers);

            var chunks = new byte[writer.PacketCount][];
            foreach (var number in numbers)
            {
                if (!NetoopsPacket.TryParse(WriteInDirtyMemory(writer, number), out var packet, out _) || packet.Layout != one.layout)
                {
                    return false;
                }

                chunks[packet.PacketNumber] = packet.Data.TrimEnd((byte)0).ToArray();
            }

            return chunks.Reverse().SelectMany(chunk => chunk).SequenceEqual(log);
        }).QuickCheckThrowOnFailure();
    }

    private static void AssertEqual(NetoopsVector vector, NetoopsDumpHeader header)
    {
        var writer = new NetoopsWriter(header, Encoding.ASCII.GetBytes(vector.Text));

        Assert.Equal(1, writer.PacketCount);
        Assert.Equal(vector.Datagram(), WriteInDirtyMemory(writer, 0));
    }

    // Memory full of ones: a byte that is never written fails the comparison.
    private static byte[] WriteInDirtyMemory(NetoopsWriter writer, int number)
    {
        var memory = new byte[NetoopsFormat.MaxPacketLength + 16];
        memory.AsSpan().Fill(0xff);
        var length = writer.Write(number, memory);
        Assert.False(memory.AsSpan(length).ContainsAnyExcept((byte)0xff));
        return memory[..length];
    }
}
