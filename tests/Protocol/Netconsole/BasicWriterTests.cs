using System.Text;
using Mayday.Protocol.Netconsole;

namespace Mayday.Protocol.Tests.Netconsole;

public sealed class BasicWriterTests
{
    [Fact]
    public void TryTake_TextOf2500Bytes_IsCutAtThousands() => Assert.Equal([1000, 1000, 500], Take(new string('y', 2499) + "\n").Select(part => part.Length));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(5000)]
    public void TryTake_Joined_IsTheText(int length)
    {
        var text = new string('y', length);

        Assert.Equal(text, string.Concat(Take(text)));
        Assert.DoesNotContain("", Take(text));
    }

    private static List<string> Take(string text)
    {
        var writer = new BasicWriter(Encoding.ASCII.GetBytes(text));
        var parts = new List<string>();
        while (writer.TryTake(out var datagram))
        {
            parts.Add(Encoding.ASCII.GetString(datagram));
        }

        return parts;
    }
}
