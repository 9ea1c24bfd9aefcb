using System.Text;
using Mayday.Protocol.Kmsg;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Kmsg;

public sealed class KmsgRecordTests
{
    [Fact]
    public void TryParse_RecordWithDictionary_ReadsAll()
    {
        Assert.True(KmsgRecord.TryParse(NetconsoleVectors.WithDictionary, out var record));

        Assert.Equal(Severity.Debug, record.Severity);
        Assert.Equal(0, record.Facility);
        Assert.Equal(160UL, record.Sequence);
        Assert.Equal(424069UL, record.TimestampMicroseconds);
        Assert.Equal("pci_root PNP0A03:00: host bridge window [io  0x0000-0x0cf7] (ignored)", Encoding.ASCII.GetString(record.Body.Text));
    }

    [Theory]
    [InlineData("6,339,5140900,-;NET: Registered protocol family 10\n", 0, Severity.Informational, "NET: Registered protocol family 10")]
    [InlineData("30,340,5690716,-;udevd[80]: starting version 181\n", 3, Severity.Informational, "udevd[80]: starting version 181")]
    [InlineData("4,1,2,c,caller=T1;half a line", 0, Severity.Warning, "half a line")]
    public void TryParse_ExamplesOfTheDocumentation_AreRead(string line, int facility, Severity severity, string text)
    {
        Assert.True(KmsgRecord.TryParse(Encoding.ASCII.GetBytes(line), out var record));

        Assert.Equal(facility, record.Facility);
        Assert.Equal(severity, record.Severity);
        Assert.Equal(text, Encoding.ASCII.GetString(record.Body.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(";x")]
    [InlineData("6.4.0,6,1,2,-;x")]
    [InlineData("<6>text")]
    [InlineData("6,1,2;x")]
    public void TryParse_AnythingElse_IsFalse(string line) => Assert.False(KmsgRecord.TryParse(Encoding.ASCII.GetBytes(line), out _));
}
