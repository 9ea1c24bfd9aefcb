using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Protocol.Netconsole;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Netconsole;

public sealed class ExtendedPacketTests
{
    [Fact]
    public void TryParse_Extended_ReadsTheHeader()
    {
        var packet = Parse(NetconsoleVectors.Extended);

        Assert.True(packet.Release.IsEmpty);
        Assert.Equal(6, packet.Priority);
        Assert.Equal(0, packet.Facility);
        Assert.Equal(Severity.Informational, packet.Severity);
        Assert.Equal(444UL, packet.Sequence);
        Assert.Equal(501151268UL, packet.TimestampMicroseconds);
        Assert.Equal((byte)'-', packet.Flag);
        Assert.True(packet.Caller.IsEmpty);
        Assert.False(packet.HasFragment);
        Assert.Equal("6,444,501151268,-", Encoding.ASCII.GetString(packet.Header));
        Assert.Equal("netconsole: network logging started\n", Encoding.ASCII.GetString(packet.Body));
    }

    [Fact]
    public void TryParse_HeaderOfAnyNumbers_SaysTheSameAsTheOneWithMoreFields() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1_000),
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed =>
        {
            var random = new Random(seed);
            string Number() => random.Next(0, 12) switch
            {
                0 => "18446744073709551615",
                1 => "18446744073709551616",
                2 => "00000000000000000007",
                3 => "9999999999999999999",
                4 => "",
                5 => "1x",
                _ => (random.NextInt64() >> random.Next(0, 63)).ToString(CultureInfo.InvariantCulture),
            };
            var fields = $"{random.Next(0, 2100)},{Number()},{Number()},{"-c+;,4"[random.Next(0, 6)]}";
            var plain = ExtendedPacket.TryParse(Encoding.ASCII.GetBytes(fields + ";text; and more"), out var one, out _);
            var more = ExtendedPacket.TryParse(Encoding.ASCII.GetBytes(fields + ",more=1;text; and more"), out var other, out _);

            // A flag that is a separator makes another header of the two.
            if (fields[^1] is ';' or ',')
            {
                Assert.False(plain);
                return;
            }

            Assert.Equal(more, plain);
            Assert.Equal((other.Priority, other.Sequence, other.TimestampMicroseconds, other.Flag), (one.Priority, one.Sequence, one.TimestampMicroseconds, one.Flag));
            Assert.True(other.Body.SequenceEqual(one.Body));
        }));

    [Fact]
    public void TryParse_WithRelease_ReadsIt()
    {
        var packet = Parse(NetconsoleVectors.WithRelease);

        Assert.Equal("6.4.0", Encoding.ASCII.GetString(packet.Release));
        Assert.Equal(444UL, packet.Sequence);
    }

    [Fact]
    public void TryParse_WithCaller_ReadsIt()
    {
        Assert.Equal("T123", Encoding.ASCII.GetString(Parse(NetconsoleVectors.WithCaller).Caller));
        Assert.Equal("C3", Encoding.ASCII.GetString(Parse(NetconsoleVectors.WithEverything).Caller));
    }

    [Fact]
    public void TryParse_UserspaceRecord_HasItsFacility()
    {
        var packet = Parse(NetconsoleVectors.WithUserdata);

        Assert.Equal(1, packet.Facility);
        Assert.Equal(Severity.Warning, packet.Severity);
    }

    [Fact]
    public void TryParse_Fragments_HaveTheirPlaces()
    {
        var first = Parse(NetconsoleVectors.FirstFragment);
        var second = Parse(NetconsoleVectors.SecondFragment);

        Assert.True(first.HasFragment);
        Assert.Equal((0, 31, 16), (first.FragmentOffset, first.FragmentTotal, first.Body.Length));
        Assert.Equal((16, 31, 15), (second.FragmentOffset, second.FragmentTotal, second.Body.Length));
        Assert.Equal("the first chunk, the 2nd chunk.", Encoding.ASCII.GetString([.. first.Body, .. second.Body]));
    }

    [Fact]
    public void TryParse_UnknownFields_ArePassedOver()
    {
        var packet = Parse("6,1,2,-,ncemg=1,,later,caller=C0,caller=T9;x"u8);

        Assert.Equal("C0", Encoding.ASCII.GetString(packet.Caller));
        Assert.Equal("x", Encoding.ASCII.GetString(packet.Body));
    }

    [Theory]
    [InlineData("0,0,0,-;", "")]
    [InlineData("2047,18446744073709551615,18446744073709551615,c;a;b", "a;b")]
    [InlineData("6,1,2,+;x", "x")]
    [InlineData("6.1.0-56-amd64,6,1,2,-;x", "x")]
    [InlineData("linux-next,6,1,2,-;x", "x")]
    public void TryParse_TheEdgesOfTheGrammar_AreAccepted(string datagram, string body) =>
        Assert.Equal(body, Encoding.ASCII.GetString(Parse(Encoding.ASCII.GetBytes(datagram)).Body));

    [Theory]
    [InlineData("6,1,2,-,ncfrag=31/31;x", PacketRejectReason.FragmentOffsetBeyondTotal)]
    [InlineData("6,1,2,-,ncfrag=0/0;x", PacketRejectReason.FragmentOffsetBeyondTotal)]
    [InlineData("6,1,2,-,ncfrag=30/31;xy", PacketRejectReason.FragmentEndBeyondTotal)]
    [InlineData("6,1,2,-,ncfrag=0/31;", PacketRejectReason.FragmentEmpty)]
    [InlineData("6,1,2,-,ncfrag=0/4294967295;x", PacketRejectReason.FragmentTotalTooLarge)]
    [InlineData("6,1,2,-,ncfrag=4294967290/4294967295;x", PacketRejectReason.FragmentTotalTooLarge)]
    [InlineData("6,1,2,-,ncfrag=18446744073709551615/18446744073709551615;x", PacketRejectReason.FragmentTotalTooLarge)]
    [InlineData("6,1,2,-,ncfrag=18446744073709551615/31;x", PacketRejectReason.FragmentOffsetBeyondTotal)]
    [InlineData("6,1,2,-,ncfrag=0/31,ncfrag=0/9;x", PacketRejectReason.FragmentRepeated)]
    [InlineData("6,1,2,-,ncfrag=-1/31;x", PacketRejectReason.FragmentMalformed)]
    [InlineData("6,1,2,-,ncfrag=0x1/31;x", PacketRejectReason.FragmentMalformed)]
    [InlineData("6,1,2,-,ncfrag=/31;x", PacketRejectReason.FragmentMalformed)]
    [InlineData("6,1,2,-,ncfrag=1;x", PacketRejectReason.FragmentMalformed)]
    [InlineData("6,1,2,-,ncfrag=1/;x", PacketRejectReason.FragmentMalformed)]
    [InlineData("6,1,2,-,ncfrag=;x", PacketRejectReason.FragmentMalformed)]
    [InlineData("6,1,2,-,ncfrag=1/2/3;x", PacketRejectReason.FragmentMalformed)]
    [InlineData("6,1,2,-,ncfrag=99999999999999999999/99999999999999999999;x", PacketRejectReason.FragmentMalformed)]
    public void TryParse_FragmentThatMustBeRefused_GivesItsReason(string datagram, PacketRejectReason expected)
    {
        Assert.False(ExtendedPacket.TryParse(Encoding.ASCII.GetBytes(datagram), out _, out var reason));
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void TryParse_AtTheCapOfFragments_IsAccepted()
    {
        var total = ExtendedPacket.MaxFragmentTotal;

        Assert.Equal(total, Parse(Encoding.ASCII.GetBytes($"6,1,2,-,ncfrag={total - 1}/{total};x")).FragmentTotal);
        Assert.False(ExtendedPacket.TryParse(Encoding.ASCII.GetBytes($"6,1,2,-,ncfrag=0/{total + 1};x"), out _, out var reason));
        Assert.Equal(PacketRejectReason.FragmentTotalTooLarge, reason);
    }

    [Fact]
    public void TryParse_EveryTruncation_NeverThrows()
    {
        var datagram = NetconsoleVectors.WithEverything;
        var header = Array.IndexOf(datagram, (byte)';');
        for (var length = 0; length <= datagram.Length; length++)
        {
            Assert.Equal(length > header, ExtendedPacket.TryParse(datagram.AsSpan(0, length), out _, out _));
        }
    }

    private static ExtendedPacket Parse(ReadOnlySpan<byte> datagram)
    {
        Assert.True(ExtendedPacket.TryParse(datagram, out var packet, out var reason));
        Assert.Equal(PacketRejectReason.None, reason);
        return packet;
    }
}
