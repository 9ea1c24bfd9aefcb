using System.Text;
using Mayday.Protocol.Netoops;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Netoops;

public sealed class NetoopsUserBlobTests
{
    [Fact]
    public void Read_GoldenBlob_GivesItsWords()
    {
        Assert.True(NetoopsPacket.TryParse(NetoopsVectors.UserBlobOfWords.Datagram(), out var packet, out _));

        Assert.Equal(["rack=12", "slot=7"], List(packet.UserBlob));
    }

    [Theory]
    [InlineData("rack=12 slot=7\n", "rack=12|slot=7")]
    [InlineData("host=web-12", "host=web-12")]
    [InlineData("host=a\nhost=b\n", "host=a|host=b")]
    [InlineData("board=X9 rev 2\nhost=a\n", "board=X9 rev 2|host=a")]
    [InlineData("empty= host=a", "empty=|host=a")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("host=a\0rack=1", "host=a|rack=1")]
    [InlineData("host=a\r\nrack=1\r\n", "host=a|rack=1")]
    [InlineData("site-1.rack_2=x", "site-1.rack_2=x")]
    [InlineData("", "")]
    [InlineData("just words", "")]
    [InlineData("=x", "")]
    [InlineData("host=a\nwords\n", "")]
    [InlineData("host=\u001b[31m", "")]
    [InlineData("<b>=x", "")]
    public void Read_Text_GivesItsFields(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', List(Blob(text))));

    [Fact]
    public void Read_InvalidUtf8InAValue_ComesOutVisibly() => Assert.Equal(["host=a\ufffdb"], List([.. "host=a"u8, 0xff, .. "b"u8, .. new byte[120]]));

    [Fact]
    public void Read_TwoPaddedStrings_GivesBoth()
    {
        var blob = new byte[128];
        "F.12 (2009)"u8.CopyTo(blob);
        "X8DTT"u8.CopyTo(blob.AsSpan(64));

        Assert.Equal(["fw_version=F.12 (2009)", "board_name=X8DTT"], List(blob));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void Read_OneOfTwoStrings_IsNoField(int offset)
    {
        var blob = new byte[128];
        "F.12"u8.CopyTo(blob.AsSpan(offset));

        Assert.Empty(List(blob));
    }

    [Fact]
    public void Read_RunningText_IsNotTwoStrings() => Assert.Empty(List(Blob(new string('x', 100))));

    [Fact]
    public void Read_MoreThanABlob_LooksNoFurther()
    {
        var oversized = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a= ", 10_000)));

        Assert.InRange(NetoopsUserBlob.Read(oversized).Count, 1, 64);
    }

    private static byte[] Blob(string text)
    {
        var blob = new byte[128];
        Encoding.UTF8.GetBytes(text, blob);
        return blob;
    }

    private static IEnumerable<string> List(ReadOnlySpan<byte> blob) => NetoopsUserBlob.Read(blob).Select(field => $"{field.Key}={field.Value}");
}
