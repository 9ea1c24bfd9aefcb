using System.Buffers;
using System.Text;
using Mayday.Protocol.Netconsole;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Netconsole;

public sealed class MessageBodyTests
{
    [Fact]
    public void Fields_OfADictionary_AreReadInOrder() => Assert.Equal(["SUBSYSTEM=acpi", "DEVICE=+acpi:PNP0A03:00"], Fields(Body(NetconsoleVectors.WithDictionary)));

    [Fact]
    public void Fields_OfUserdata_AreReadInOrder() => Assert.Equal(["foo=bar", "qux=baz"], Fields(Body(NetconsoleVectors.WithUserdata)));

    [Fact]
    public void Fields_OfEverything_AreReadInOrder()
    {
        var body = Body(NetconsoleVectors.WithEverything);

        Assert.Equal("x", Encoding.ASCII.GetString(body.Text));
        Assert.Equal(
            ["SUBSYSTEM=net", "host=web-12", "cpu=3", "taskname=swapper/3", "release=6.17.0-rc1", "msgid=4294967295"], Fields(body));
        Assert.True(body.TryGetMessageId(out var id));
        Assert.Equal(uint.MaxValue, id);
    }

    [Fact]
    public void TryGetMessageId_OfTheGoldenMessage_IsOne()
    {
        Assert.True(Body(NetconsoleVectors.WithMessageId).TryGetMessageId(out var id));
        Assert.Equal(1u, id);
    }

    [Theory]
    [InlineData("x\n")]
    [InlineData("x")]
    [InlineData(" msgid=1\n")]
    [InlineData("x\n msgid=1\n host=a\n")]
    [InlineData("x\n msgid=\n")]
    [InlineData("x\n msgid=4294967296\n")]
    [InlineData("x\n msgid=-1\n")]
    [InlineData("x\nmsgid=1\n")]
    public void TryGetMessageId_WhereTheLastLineIsNone_IsFalse(string body) => Assert.False(new MessageBody(Encoding.ASCII.GetBytes(body)).TryGetMessageId(out _));

    // What senders of exactly 1000 bytes do: the last line end is missing or has become a NUL.
    [Theory]
    [InlineData("x\n msgid=7")]
    [InlineData("x\n msgid=7\0")]
    [InlineData("x\n msgid=7\n\0\0")]
    public void TryGetMessageId_WithoutTheLastLineEnd_IsStillRead(string body)
    {
        Assert.True(new MessageBody(Encoding.ASCII.GetBytes(body)).TryGetMessageId(out var id));
        Assert.Equal(7u, id);
    }

    [Fact]
    public void Text_EndingInNul_LosesIt() => Assert.Equal("text", Encoding.ASCII.GetString(new MessageBody("text\0"u8).Text));

    [Fact]
    public void UnescapeText_OfTheGoldenMessage_IsPlain()
    {
        var body = Body(NetconsoleVectors.WithEscapes);
        var plain = new byte[body.Text.Length];
        var writer = new ArrayBufferWriter<byte>();
        body.UnescapeText(writer);

        Assert.Equal("a\tb\\c\u00e9", Encoding.UTF8.GetString(plain, 0, body.UnescapeText(plain)));
        Assert.Equal("a\tb\\c\u00e9", Encoding.UTF8.GetString(writer.WrittenSpan));
    }

    [Fact]
    public void Fields_OfOddLines_ArePassedOver() =>
        Assert.Equal(["a=", "b=c=d"], Fields(new MessageBody("x\nnoblank=1\n =novalue\n word\n\n a=\n b=c=d"u8)));

    [Fact]
    public void Fields_WithUnescapedBytes_ComeAsSent()
    {
        var enumerator = new MessageBody([.. "x\n taskname="u8, 0, 0xff, (byte)'\\', (byte)'\n']).Fields;

        Assert.True(enumerator.MoveNext());
        Assert.Equal(new byte[] { 0, 0xff, (byte)'\\' }, enumerator.Current.Value);
        Assert.False(enumerator.MoveNext());
    }

    [Fact]
    public void EmptyBody_HasNothing()
    {
        var body = new MessageBody(default);

        Assert.True(body.Text.IsEmpty);
        Assert.Empty(Fields(body));
        Assert.False(body.TryGetMessageId(out _));
    }

    private static MessageBody Body(byte[] datagram)
    {
        Assert.True(ExtendedPacket.TryParse(datagram, out var packet, out _));
        return new MessageBody(packet.Body);
    }

    private static List<string> Fields(MessageBody body)
    {
        var list = new List<string>();
        foreach (var field in body.Fields)
        {
            list.Add($"{Encoding.UTF8.GetString(field.Key)}={Encoding.UTF8.GetString(field.Value)}");
        }

        return list;
    }
}
