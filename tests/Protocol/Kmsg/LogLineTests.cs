using System.Text;
using Mayday.Protocol.Kmsg;

namespace Mayday.Protocol.Tests.Kmsg;

public sealed class LogLineTests
{
    [Theory]
    [InlineData("<1>[   12.345678] BUG: x", 1, 12345678L, "", "BUG: x")]
    [InlineData("[    0.000000] Linux version 6.1", -1, 0L, "", "Linux version 6.1")]
    [InlineData("[   12.345678][ T1234] BUG: x", -1, 12345678L, "T1234", "BUG: x")]
    [InlineData("<30>[123456.000001][    C1] BUG: x", 30, 123456000001L, "C1", "BUG: x")]
    [InlineData("[   12.345678] [   T12] BUG: x", -1, 12345678L, "T12", "BUG: x")]
    [InlineData("[   12.345678] [drm] ready", -1, 12345678L, "", "[drm] ready")]
    [InlineData("[   12.345678] [T] ready", -1, 12345678L, "", "[T] ready")]
    [InlineData("<4> indented", 4, -1L, "", " indented")]
    [InlineData("[   12.345678]   indented", -1, 12345678L, "", "  indented")]
    [InlineData("[   12.345678] ends\r\n", -1, 12345678L, "", "ends")]
    [InlineData("[   12.345678]", -1, 12345678L, "", "")]
    [InlineData("bare text", -1, -1L, "", "bare text")]
    [InlineData("", -1, -1L, "", "")]
    [InlineData("[drm] ready", -1, -1L, "", "[drm] ready")]
    [InlineData("[12.34] short", -1, -1L, "", "[12.34] short")]
    [InlineData("[1a.345678] hex", -1, -1L, "", "[1a.345678] hex")]
    [InlineData("[.345678] nothing", -1, -1L, "", "[.345678] nothing")]
    [InlineData("[99999999999999999999.345678] far", -1, -1L, "", "[99999999999999999999.345678] far")]
    [InlineData("<a>text", -1, -1L, "", "<a>text")]
    [InlineData("<9999>text", -1, -1L, "", "<9999>text")]
    [InlineData("<1", -1, -1L, "", "<1")]
    [InlineData("[", -1, -1L, "", "[")]
    public void TryParse_Line_GivesItsPieces(string line, int priority, long microseconds, string caller, string text)
    {
        var hasPrefix = LogLine.TryParse(Encoding.ASCII.GetBytes(line), out var result);

        Assert.Equal(priority >= 0 || microseconds >= 0, hasPrefix);
        Assert.Equal(priority, result.Priority);
        Assert.Equal(priority >= 0, result.HasPriority);
        Assert.Equal(microseconds >= 0, result.HasTimestamp);
        Assert.Equal((ulong)Math.Max(0, microseconds), result.TimestampMicroseconds);
        Assert.Equal(caller, Encoding.ASCII.GetString(result.Caller));
        Assert.Equal(text, Encoding.ASCII.GetString(result.Text));
    }
}
