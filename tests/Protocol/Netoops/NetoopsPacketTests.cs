using System.Buffers.Binary;
using System.Text;
using Mayday.Protocol.Netoops;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Netoops;

public sealed class NetoopsPacketTests
{
    [Fact]
    public void ComputeKey_OfEveryGoldenPacket_IsTheOneWrittenDown() => Assert.All(NetoopsVectors.All, vector =>
    {
        Assert.True(NetoopsPacket.TryParse(vector.Datagram(), out var packet, out var reason));
        Assert.Equal(PacketRejectReason.None, reason);
        Span<byte> key = stackalloc byte[NetoopsPacket.KeyLength];
        packet.ComputeKey(key);
        Assert.Equal(vector.Key, Convert.ToHexStringLower(key));
    });

    [Fact]
    public void TryParse_OopsOnX64_ReadsEveryField()
    {
        Assert.True(NetoopsPacket.TryParse(NetoopsVectors.OopsOnX64.Datagram(), out var packet, out _));

        Assert.Equal(NetoopsLayout.Stage23, packet.Layout);
        Assert.Equal(0x1234, packet.DumpId);
        Assert.Equal(0x11223344u, packet.BootId);
        Assert.Equal(DumpType.Oops, packet.Type);
        Assert.Equal(1, packet.PacketCount);
        Assert.Equal(0, packet.PacketNumber);
        Assert.Equal("2.6.32-220.23.1.el6.x86_64", Encoding.ASCII.GetString(packet.KernelRelease));
        Assert.Equal(128, packet.UserBlob.Length);
        Assert.False(packet.UserBlob.ContainsAnyExcept((byte)0));
        Assert.Equal(172, packet.ArchBlock.Length);
        Assert.Equal(1024, packet.Data.Length);
        Assert.Equal(NetoopsVectors.BugLine, Encoding.ASCII.GetString(packet.Data.TrimEnd((byte)0)));
        Assert.False(packet.IsDataAllNul);
    }

    [Fact]
    public void TryParse_SoftDumpOnI386_ReadsTypeAndMissingBootId()
    {
        Assert.True(NetoopsPacket.TryParse(NetoopsVectors.SoftDumpOnI386.Datagram(), out var packet, out _));

        Assert.Equal(DumpType.Soft, packet.Type);
        Assert.Equal(0u, packet.BootId);
        Assert.Equal(0x0abc, packet.DumpId);
        Assert.Equal(288, packet.DataOffset);
        Assert.Equal("2.6.32-220.23.1.el6.i686", Encoding.ASCII.GetString(packet.KernelRelease));
    }

    [Fact]
    public void TryParse_EarlierStages_AreToldByArchOffset()
    {
        AssertStage(NetoopsVectors.Stage20WithoutArchBlock, NetoopsLayout.Stage20, 0, 0);
        AssertStage(NetoopsVectors.Stage21WithoutBootId, NetoopsLayout.Stage21, 0, 172);
        AssertStage(NetoopsVectors.Stage22WithoutBlob, NetoopsLayout.Stage22, 0x11223344, 172);

        static void AssertStage(NetoopsVector vector, NetoopsLayout layout, uint bootId, int archLength)
        {
            Assert.True(NetoopsPacket.TryParse(vector.Datagram(), out var packet, out _));
            Assert.Equal(layout, packet.Layout);
            Assert.Equal(bootId, packet.BootId);
            Assert.Equal(archLength, packet.ArchBlock.Length);
            Assert.True(packet.UserBlob.IsEmpty);
            Assert.Equal("2.6.32-220.23.1.el6.x86_64", Encoding.ASCII.GetString(packet.KernelRelease));
            Assert.Equal(vector.Text, Encoding.ASCII.GetString(packet.Data.TrimEnd((byte)0)));
        }
    }

    [Fact]
    public void KernelRelease_ThatFillsItsField_IsReadToItsEnd()
    {
        Assert.True(NetoopsPacket.TryParse(NetoopsVectors.ReleaseWithoutNul.Datagram(), out var packet, out _));

        Assert.Equal(new string('v', 64), Encoding.ASCII.GetString(packet.KernelRelease));
        Assert.Equal(0xffff, packet.DumpId);
        Assert.Equal(uint.MaxValue, packet.BootId);
    }

    [Fact]
    public void ComputeKey_OfOopsAndPanicOfOneSecond_Differs() =>
        Assert.NotEqual(KeyOf(NetoopsVectors.OopsOnX64.Datagram()), KeyOf(NetoopsVectors.PanicAfterIt.Datagram()));

    [Fact]
    public void ComputeKey_OfAnotherPacketNumber_IsTheSame()
    {
        var first = NetoopsVectors.OopsOnX64.Datagram();
        first[12] = 8;
        var other = (byte[])first.Clone();
        other[16] = 7;

        Assert.Equal(KeyOf(first), KeyOf(other));
    }

    // A prefix far over the genuine size takes the other buffer; the key must be that of the same rule.
    [Fact]
    public void ComputeKey_OfAnOverlongPrefix_FollowsTheSameRule()
    {
        var datagram = new byte[40_001];
        new Random(1).NextBytes(datagram);
        NetoopsVectors.OopsOnX64.PrefixBytes.AsSpan(0, 20).CopyTo(datagram);
        BinaryPrimitives.WriteUInt16LittleEndian(datagram.AsSpan(4), 40_000);
        var zeroed = datagram[..40_000];
        zeroed.AsSpan(16, 4).Clear();

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(zeroed), KeyOf(datagram));
    }

    [Fact]
    public void IsDataAllNul_OfAChunkLostByTheSender_IsTrue()
    {
        byte[] datagram = [.. NetoopsVectors.OopsOnX64.PrefixBytes, .. new byte[1024]];

        Assert.Equal("7d6891524586082598b6992a59f64c1f090a45bd075655ddc644795039c745b4",
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(datagram)));
        Assert.True(NetoopsPacket.TryParse(datagram, out var packet, out _));
        Assert.True(packet.IsDataAllNul);
    }

    [Fact]
    public void TryParse_UnknownArchOffset_KeepsTheRestOpaque()
    {
        var datagram = NetoopsVectors.OopsOnX64.Datagram();
        BinaryPrimitives.WriteUInt16LittleEndian(datagram.AsSpan(8), 100);

        Assert.True(NetoopsPacket.TryParse(datagram, out var packet, out _));

        Assert.Equal(NetoopsLayout.Opaque, packet.Layout);
        Assert.Equal(0u, packet.BootId);
        Assert.True(packet.KernelRelease.IsEmpty);
        Assert.True(packet.UserBlob.IsEmpty);
        Assert.Equal(288, packet.ArchBlock.Length);
        Assert.Equal(RegisterWidth.Opaque, packet.Registers.Width);
        Assert.Equal(NetoopsVectors.BugLine, Encoding.ASCII.GetString(packet.Data.TrimEnd((byte)0)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(5000)]
    public void TryParse_AnotherDataLength_IsTakenAsItIs(int length)
    {
        byte[] datagram = [.. NetoopsVectors.OopsOnX64.PrefixBytes, .. Enumerable.Repeat((byte)'x', length)];

        Assert.True(NetoopsPacket.TryParse(datagram, out var packet, out _));
        Assert.Equal(length, packet.Data.Length);
    }

    public static TheoryData<string, int, string, int, PacketRejectReason> Refused() => new()
    {
        { "an empty datagram", 0, "", 0, PacketRejectReason.Empty },
        { "the first 19 bytes", 0, "", 19, PacketRejectReason.TooShort },
        { "version 4", 0, "0400", 1412, PacketRejectReason.UnknownVersion },
        { "data_offset 1413", 4, "8505", 1412, PacketRejectReason.DataOffsetBeyondEnd },
        { "data_offset 65535", 4, "ffff", 1412, PacketRejectReason.DataOffsetBeyondEnd },
        { "arch_offset 389", 8, "8501", 1412, PacketRejectReason.ArchOffsetBeyondData },
        { "data_offset 0", 4, "0000", 1412, PacketRejectReason.ArchOffsetBeyondData },
        { "arch_offset 19", 8, "1300", 1412, PacketRejectReason.ArchOffsetInsideHeader },
        { "packet_count 0", 12, "00000000", 1412, PacketRejectReason.NoPackets },
        { "packet_no 1 of 1", 16, "01000000", 1412, PacketRejectReason.PacketNumberOutOfRange },
        { "packet_count of all ones", 12, "ffffffff", 1412, PacketRejectReason.TooManyPackets },
        { "packet_count one over the cap", 12, "01000100", 1412, PacketRejectReason.TooManyPackets },
        { "packet_no of all ones", 16, "ffffffff", 1412, PacketRejectReason.PacketNumberOutOfRange },
        { "cut to its header", 0, "", 388, PacketRejectReason.NoData },
        { "cut inside its header", 0, "", 387, PacketRejectReason.DataOffsetBeyondEnd },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void TryParse_MustBeRefused_GivesItsReason(string what, int offset, string bytes, int length, PacketRejectReason expected)
    {
        var datagram = NetoopsVectors.OopsOnX64.Datagram();
        Convert.FromHexString(bytes).CopyTo(datagram, offset);
        datagram = datagram[..length];

        Assert.False(NetoopsPacket.TryParse(datagram, out _, out var reason), what);
        Assert.Equal(expected, reason);
        Assert.Equal(length == 0 ? DatagramFormat.Unknown : DatagramFormat.Netoops, DatagramClassifier.Classify(datagram));
    }

    [Fact]
    public void TryParse_AtTheCapOfPackets_IsAccepted()
    {
        var datagram = NetoopsVectors.OopsOnX64.Datagram();
        BinaryPrimitives.WriteInt32LittleEndian(datagram.AsSpan(12), NetoopsPacket.MaxPacketCount);
        BinaryPrimitives.WriteInt32LittleEndian(datagram.AsSpan(16), NetoopsPacket.MaxPacketCount - 1);

        Assert.True(NetoopsPacket.TryParse(datagram, out var packet, out _));
        Assert.Equal(65_536, packet.PacketCount);
        Assert.Equal(65_535, packet.PacketNumber);
    }

    [Fact]
    public void TryParse_EveryTruncation_IsRefusedOrStaysInside()
    {
        var datagram = NetoopsVectors.UserBlobOfWords.Datagram();
        for (var length = 0; length <= datagram.Length; length++)
        {
            Assert.Equal(length > 388, NetoopsPacket.TryParse(datagram.AsSpan(0, length), out _, out _));
        }
    }

    private static byte[] KeyOf(byte[] datagram)
    {
        Assert.True(NetoopsPacket.TryParse(datagram, out var packet, out _));
        var key = new byte[NetoopsPacket.KeyLength];
        packet.ComputeKey(key);
        return key;
    }
}
