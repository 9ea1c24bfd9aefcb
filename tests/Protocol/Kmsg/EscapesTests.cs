using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Protocol.Kmsg;

namespace Mayday.Protocol.Tests.Kmsg;

public sealed class EscapesTests
{
    [Theory]
    [InlineData(@"a\x09b", "a\tb")]
    [InlineData(@"two\x0alines", "two\nlines")]
    [InlineData(@"\x5cx41", @"\x41")]
    [InlineData(@"\xAbc", "\u00abc")]
    [InlineData(@"\", @"\")]
    [InlineData(@"\x", @"\x")]
    [InlineData(@"\x4", @"\x4")]
    [InlineData(@"\x4g", @"\x4g")]
    [InlineData(@"\\x41", @"\A")]
    [InlineData("", "")]
    public void Unescape_Text_IsPlain(string escaped, string plain)
    {
        var bytes = Encoding.Latin1.GetBytes(escaped);

        var length = Escapes.Unescape(bytes, bytes);

        Assert.Equal(plain, Encoding.Latin1.GetString(bytes, 0, length));
    }

    [Fact]
    public void Unescape_OfEscapedBytes_GivesThemBack() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        var escaped = new ArrayBufferWriter<byte>();
        Escapes.Escape(bytes, escaped);
        var plain = new ArrayBufferWriter<byte>();
        Escapes.Unescape(escaped.WrittenSpan, plain);
        return plain.WrittenSpan.SequenceEqual(bytes) && !escaped.WrittenSpan.ContainsAnyExceptInRange((byte)' ', (byte)'~');
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Unescape_IntoTooLittleMemory_Throws() => Assert.Throws<ArgumentException>(() => Escapes.Unescape("abc"u8, new byte[2]));
}
