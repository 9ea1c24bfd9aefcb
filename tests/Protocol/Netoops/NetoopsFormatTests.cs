using Mayday.Protocol.Netoops;

namespace Mayday.Protocol.Tests.Netoops;

/// <summary>Pins the numbers of the layout: whoever changes one changes the wire.</summary>
public sealed class NetoopsFormatTests
{
    [Fact]
    public void Constants_AreThoseOfTheDriver()
    {
        Assert.Equal(3, NetoopsFormat.Version);
        Assert.Equal(2004, NetoopsFormat.DefaultPort);
        Assert.Equal(2, NetoopsFormat.ArchitectureX86);
        Assert.Equal(1024, NetoopsFormat.DataLength);
        Assert.Equal(3, NetoopsFormat.Rounds);
        Assert.Equal(20, NetoopsFormat.CommonHeaderLength);
        Assert.Equal(64, NetoopsFormat.KernelReleaseLength);
        Assert.Equal(128, NetoopsFormat.UserBlobLength);
        Assert.Equal(168, NetoopsFormat.Registers64Length);
        Assert.Equal(68, NetoopsFormat.Registers32Length);
        Assert.Equal(388, NetoopsFormat.MaxHeaderLength);
        Assert.Equal(1412, NetoopsFormat.MaxPacketLength);
        Assert.Equal(65_536, NetoopsFormat.MaxPacketCount);
        Assert.Equal(1, (int)DumpType.Oops);
        Assert.Equal(3, (int)DumpType.Soft);
    }

    [Theory]
    [InlineData(NetoopsLayout.Stage20, RegisterWidth.Bits64, 1108)]
    [InlineData(NetoopsLayout.Stage20, RegisterWidth.Bits32, 1108)]
    [InlineData(NetoopsLayout.Stage21, RegisterWidth.Bits64, 1280)]
    [InlineData(NetoopsLayout.Stage21, RegisterWidth.Bits32, 1180)]
    [InlineData(NetoopsLayout.Stage22, RegisterWidth.Bits64, 1284)]
    [InlineData(NetoopsLayout.Stage22, RegisterWidth.Bits32, 1184)]
    [InlineData(NetoopsLayout.Stage23, RegisterWidth.Bits64, 1412)]
    [InlineData(NetoopsLayout.Stage23, RegisterWidth.Bits32, 1312)]
    public void PacketLength_OfEachLayout_IsThatOfTheDriver(NetoopsLayout layout, RegisterWidth width, int length) =>
        Assert.Equal(length, new NetoopsWriter(new NetoopsDumpHeader { DumpId = 1, Layout = layout, RegisterWidth = width }, new byte[1]).PacketLength);

    // Each field of the production layout holds its own offset, so that a field read from another place is seen.
    [Fact]
    public void Fields_OfTheProductionLayout_StandAtTheirOffsets()
    {
        var datagram = new byte[1412];
        void Put16(int offset, int value) => BitConverter.TryWriteBytes(datagram.AsSpan(offset), (ushort)value);
        void Put32(int offset, int value) => BitConverter.TryWriteBytes(datagram.AsSpan(offset), value);
        Put16(0, 3);
        Put16(2, 0x0202);
        Put16(4, 388);
        Put16(6, 0x0606);
        Put16(8, 216);
        Put16(10, 0x0a0a);
        Put32(12, 0x1210);
        Put32(16, 0x1016);
        Put32(20, 0x20202020);
        datagram[24] = (byte)'k';
        datagram[88] = (byte)'u';
        datagram[216] = 2;
        datagram[388] = (byte)'d';

        Assert.True(NetoopsPacket.TryParse(datagram, out var packet, out _));

        Assert.Equal(3, packet.Version);
        Assert.Equal(0x0202, packet.DumpId);
        Assert.Equal(388, packet.DataOffset);
        Assert.Equal(0x0606, packet.Architecture);
        Assert.Equal(216, packet.ArchOffset);
        Assert.Equal((DumpType)0x0a0a, packet.Type);
        Assert.Equal(0x1210, packet.PacketCount);
        Assert.Equal(0x1016, packet.PacketNumber);
        Assert.Equal(0x20202020u, packet.BootId);
        Assert.Equal("k"u8, packet.KernelRelease);
        Assert.Equal((byte)'u', packet.UserBlob[0]);
        Assert.Equal(2, packet.ArchBlock[0]);
        Assert.Equal((byte)'d', packet.Data[0]);
    }
}
