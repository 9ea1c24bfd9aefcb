using System.Text;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests;

public sealed class DatagramClassifierTests
{
    [Fact]
    public void Classify_GoldenNetoopsPackets_AreNetoops() =>
        Assert.All(NetoopsVectors.All, vector => Assert.Equal(DatagramFormat.Netoops, DatagramClassifier.Classify(vector.Datagram())));

    [Fact]
    public void Classify_GoldenExtendedDatagrams_AreExtended() =>
        Assert.All(NetconsoleVectors.All.Skip(1), datagram => Assert.Equal(DatagramFormat.NetconsoleExtended, DatagramClassifier.Classify(datagram)));

    [Fact]
    public void Classify_GoldenEvlogFrames_AreEvlog() =>
        Assert.All(EvlogVectors.Frames, datagram => Assert.Equal(DatagramFormat.Evlog, DatagramClassifier.Classify(datagram)));

    [Fact]
    public void Classify_EmptyDatagram_IsUnknown() => Assert.Equal(DatagramFormat.Unknown, DatagramClassifier.Classify([]));

    [Theory]
    [InlineData("[   12.345678] BUG: kernel NULL pointer dereference\n")]
    [InlineData("** 178 printk messages dropped **\n")]
    [InlineData("6,1,2;x")]
    [InlineData("6,1,2,-")]
    [InlineData("6,1,2,;x")]
    [InlineData("6,1,2,7;x")]
    [InlineData("6,1,2,--;x")]
    [InlineData("6,1,0x2,-;x")]
    [InlineData("6,,2,-;x")]
    [InlineData("6,+1,2,-;x")]
    [InlineData("6, 1,2,-;x")]
    [InlineData("2048,1,2,-;x")]
    [InlineData("6,18446744073709551616,2,-;x")]
    [InlineData(",6,1,2,-;x")]
    [InlineData("a b,6,1,2,-;x")]
    [InlineData("3,4,5 cores on line; going on\n")]
    [InlineData("\ttabbed text\n")]
    [InlineData("\n")]
    [InlineData("\u001b[31mred\n")]
    public void Classify_ConsoleText_IsBasic(string text)
    {
        var datagram = Encoding.ASCII.GetBytes(text);

        Assert.Equal(DatagramFormat.NetconsoleBasic, DatagramClassifier.Classify(datagram));
        Assert.False(ExtendedPacket.TryParse(datagram, out _, out var reason));
        Assert.Equal(PacketRejectReason.None, reason);
    }

    // What looks like netoops is judged by netoops, so that it is counted with its reason instead of being shown as text.
    [Theory]
    [InlineData("03", PacketRejectReason.TooShort)]
    [InlineData("0300", PacketRejectReason.TooShort)]
    [InlineData("00", PacketRejectReason.TooShort)]
    [InlineData("0003 [00*30]", PacketRejectReason.UnknownVersion)]
    [InlineData("0400 [00*30]", PacketRejectReason.UnknownVersion)]
    [InlineData("0000 [00*30]", PacketRejectReason.UnknownVersion)]
    [InlineData("04000000050000000300000400 [41*1024]", PacketRejectReason.UnknownVersion)]
    public void Classify_BinaryLead_IsRefusedAsNetoopsWithReason(string hex, PacketRejectReason expected)
    {
        var datagram = ShortHex.Read(hex);

        Assert.Equal(DatagramFormat.Netoops, DatagramClassifier.Classify(datagram));
        Assert.False(NetoopsPacket.TryParse(datagram, out _, out var reason));
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void Classify_EvlogFrameThatDoesNotFit_IsEvlogButNoCandidate()
    {
        var cut = EvlogVectors.PrintfFromE1000[..^10];
        var badSeverity = (byte[])EvlogVectors.PrintfFromE1000.Clone();
        badSeverity[16 + 7] = 8;

        Assert.Equal(DatagramFormat.Evlog, DatagramClassifier.Classify(cut));
        Assert.False(EvlogFrame.IsCandidate(cut));
        Assert.Equal(DatagramFormat.Evlog, DatagramClassifier.Classify(badSeverity));
        Assert.False(EvlogFrame.IsCandidate(badSeverity));
    }

    [Fact]
    public void Classify_EvlogMagicInsideConsoleText_IsBasic()
    {
        byte[] datagram = [.. "[   12.345678] x"u8, 0xf8, 0x7a, .. "and more text\n"u8];

        Assert.Equal(DatagramFormat.NetconsoleBasic, DatagramClassifier.Classify(datagram));
    }

    [Fact]
    public void Classify_FragmentWithLyingFields_IsExtended() =>
        Assert.Equal(DatagramFormat.NetconsoleExtended, DatagramClassifier.Classify("6,1,2,-,ncfrag=31/31;x"u8));
}
