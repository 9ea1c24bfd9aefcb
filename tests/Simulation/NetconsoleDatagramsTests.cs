using System.Text;
using Mayday.Protocol.Netconsole;
using Mayday.Simulation.Captures;
using Mayday.Simulation.Replay;

namespace Mayday.Simulation.Tests;

public sealed class NetconsoleDatagramsTests
{
    [Fact]
    public void SplitExtended_PrefixedLines_CarryLevelSequenceTimeAndCaller()
    {
        var log = "<1>[   12.345678][  T123] BUG: \t\\\n<0>[   12.345999] Kernel panic\nbare\n"u8.ToArray();

        Assert.Equal(
            [
                "1,0,12345678,-,caller=T123;BUG: \\x09\\x5c\n msgid=1\n",
                "0,1,12345999,-;Kernel panic\n msgid=2\n",
                "4,2,12345999,-;bare\n msgid=3\n",
            ],
            NetconsoleDatagrams.SplitExtended(log).Select(Encoding.ASCII.GetString));
    }

    [Fact]
    public void SplitExtended_WithAName_CarriesItInFrontOfTheMessageId() =>
        Assert.Equal(["6,0,0,-;x\n host=web-1\n msgid=1\n"], NetconsoleDatagrams.SplitExtended("<6>x\n"u8.ToArray(), "web-1").Select(Encoding.ASCII.GetString));

    [Fact]
    public void SplitExtended_LongLine_BecomesFragmentsOfOneRecord()
    {
        var datagrams = NetconsoleDatagrams.SplitExtended(Encoding.ASCII.GetBytes(new string('x', 2500))).ToArray();

        Assert.Equal(3, datagrams.Length);
        Assert.All(datagrams, datagram => Assert.True(ExtendedPacket.TryParse(datagram, out var packet, out _) && packet.HasFragment && packet.Sequence == 0));
    }

    [Fact]
    public void SplitBasic_Lines_LoseTheirLevelOnly() => Assert.Equal(
        ["[    1.000000] a\n", "b\n", "\n", "last\n"],
        NetconsoleDatagrams.SplitBasic("<6>[    1.000000] a\r\n<4>b\n\nlast"u8.ToArray()).Select(Encoding.ASCII.GetString));

    [Fact]
    public void SplitBasic_LongLine_IsCutAtThousands() =>
        Assert.Equal([1000, 1000, 501], NetconsoleDatagrams.SplitBasic(Encoding.ASCII.GetBytes(new string('y', 2500))).Select(datagram => datagram.Length));

    [Theory]
    [InlineData("6.1.0,6,7,8,-,caller=C1;x\n KEY=v\n", "6.1.0,6,7,8,-,caller=C1;x\n KEY=v\n host=web-1\n")]
    [InlineData("6,7,8,c;x\n KEY=v\n msgid=9\n", "6,7,8,c;x\n KEY=v\n host=web-1\n msgid=9\n")]
    [InlineData("6,7,8,-;no line end", "6,7,8,-;no line end\n host=web-1\n")]
    public void Rewrite_Record_GetsOneMoreLineOfUserdata(string datagram, string expected)
    {
        var records = CaptureLogs.ReadRecords([Encoding.ASCII.GetBytes(datagram)]);

        Assert.Equal([expected], NetconsoleDatagrams.Rewrite(records, "web-1").Select(Encoding.ASCII.GetString));
    }
}
