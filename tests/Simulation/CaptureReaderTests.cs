using System.Text;
using Mayday.Simulation.Captures;

namespace Mayday.Simulation.Tests;

public sealed class CaptureReaderTests
{
    [Fact]
    public void Read_RealCapture_GivesEveryDatagram()
    {
        var datagrams = Captured.Datagrams("quiet_oops.ext.jsonl");

        Assert.Equal(66, datagrams.Count);
        Assert.Single(datagrams.Select(datagram => datagram.Port).Distinct());
        Assert.True(datagrams[0].ArrivedAt > 1_700_000_000);
        Assert.All(datagrams, datagram => Assert.NotEmpty(datagram.Payload));
    }

    [Fact]
    public void Read_OtherMembersAndBlankLines_ArePassedOver()
    {
        var datagrams = CaptureReader.Read("\n{\"note\": {\"b64\": [1]}, \"b64\": \"aGk=\"}\r\n\n"u8);

        Assert.Equal(new CapturedDatagram(0, 0, [.. "hi"u8]) with { Payload = datagrams[0].Payload }, Assert.Single(datagrams));
        Assert.Equal("hi"u8, datagrams[0].Payload);
    }

    [Theory]
    [InlineData("{\"t\": 1, \"port\": 2}")]
    [InlineData("{\"b64\": \"no base64!\"}")]
    [InlineData("{\"b64\": 7}")]
    [InlineData("{\"b64\": \"aGk=\"")]
    [InlineData("[]")]
    [InlineData("text")]
    public void Read_ALineThatIsNone_IsNamed(string line)
    {
        var content = Encoding.UTF8.GetBytes($"{{\"b64\": \"aGk=\"}}\n{line}\n");

        Assert.Contains("line 2", Assert.Throws<FormatException>(() => CaptureReader.Read(content)).Message);
    }

    [Theory]
    [InlineData("{\"t\": 1, \"port\": 2, \"b64\": \"aGk=\"}\n", true)]
    [InlineData("\n  {\"b64\": \"aGk=\"}", true)]
    [InlineData("{ a brace begins this log\n", false)]
    [InlineData("<1>[    1.000000] BUG\n", false)]
    [InlineData("", false)]
    public void IsCapture_TellsByTheFirstLine(string content, bool expected) => Assert.Equal(expected, CaptureReader.IsCapture(Encoding.UTF8.GetBytes(content)));
}
