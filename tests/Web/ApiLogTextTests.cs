using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Web.Api.Crashes;

namespace Mayday.Web.Tests;

public sealed class ApiLogTextTests
{
    [Fact]
    public void PlainText_IsKnownAsSuch()
    {
        Assert.True(LogText.IsPlain("<1>[  1.0] BUG: kernel NULL pointer\n\tat f+0x1/0x2\n"u8));
        Assert.False(LogText.IsPlain("a\u001bb"u8));
    }

    [Theory]
    [InlineData("größe 日本 🙂\n", "größe 日本 🙂\n")]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("a\rb", "a\\x0db")]
    [InlineData("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m")]
    [InlineData("nul\0del\x7f", "nul\\x00del\\x7f")]
    [InlineData("csi\u009b31m", "csi\\xc2\\x9b31m")]
    [InlineData("bidi\u202e", "bidi\\xe2\\x80\\xae")]
    public void SpecialText_IsShownAsEscapes(string log, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Visible(Encoding.UTF8.GetBytes(log))));

    [Fact]
    public void InvalidUtf8_IsShownByteByByte() =>
        Assert.Equal("a\\xff\\xfeb\\xe2\\x82", Encoding.ASCII.GetString(Visible([(byte)'a', 0xff, 0xfe, (byte)'b', 0xe2, 0x82])));

    [Fact]
    public void AnyBytes_BecomeValidTextWithAsManyLines() => Check.QuickThrowOnFailure(Prop.ForAll<byte[]>(log =>
    {
        var text = Visible(log);
        var decoded = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);
        return decoded.All(letter => !char.IsControl(letter) || letter is '\n' or '\t')
            && log.Count(value => value == '\n') == text.Count(value => value == '\n');
    }));

    [Fact]
    public void LongText_OfEveryMixture_HasNoSeam()
    {
        var letters = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("größe 🙂\r\n\u001b[0m", 40_000)));

        Assert.Equal(string.Concat(Enumerable.Repeat("größe 🙂\n\\x1b[0m", 40_000)), Encoding.UTF8.GetString(Visible(letters)));
    }

    private static byte[] Visible(byte[] log)
    {
        using var text = new MemoryStream();
        LogText.WriteVisibleAsync(log, text, CancellationToken.None).GetAwaiter().GetResult();
        Assert.Equal(text.ToArray(), LogText.ToVisible(log));
        return text.ToArray();
    }
}
