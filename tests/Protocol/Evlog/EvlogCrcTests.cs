using System.Text;
using Mayday.Protocol.Evlog;

namespace Mayday.Protocol.Tests.Evlog;

public sealed class EvlogCrcTests
{
    [Theory]
    [InlineData("123456789", 0xFC891918)]
    [InlineData("", 0)]
    [InlineData("a", 0x19939B6B)]
    [InlineData("%s (%s %s) %s: The EEPROM Checksum Is Not Valid", 0xd591e94e)]
    [InlineData("<3>%s: link down, status=%d\n", 0x550caf4d)]
    public void Compute_KnownTexts_GivesThePublishedValues(string text, uint expected) => Assert.Equal(expected, EvlogCrc.Compute(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("%s: link down, status=%d")]
    [InlineData("<3>%s: link down, status=%d\n")]
    [InlineData("<0><3>%s: link down, status=%d\n\n\n")]
    [InlineData("%s: link down, status=%d\0more")]
    public void EventType_LevelsLineFeedsAndWhatFollowsTheNul_DoNotCount(string text) => Assert.Equal(0xb4a82d4b, (uint)EvlogCrc.EventTypeOf(text));

    [Theory]
    [InlineData("e1000", 0xd776cb4c)]
    [InlineData("scsi", 0x56068776)]
    [InlineData("E1000", 0xd776cb4c)]
    [InlineData("kern", 0)]
    [InlineData("KERN", 0)]
    [InlineData("local7", 184)]
    public void FacilityCode_OfAName_IsSyslogsOrTheChecksum(string name, uint expected) => Assert.Equal(expected, EvlogFacility.CodeOf(name));

    [Fact]
    public void FacilityCode_OfOddNames_IsThatOfTheCanonicalName()
    {
        Assert.Equal(EvlogCrc.Compute("my_disk.driver"u8), EvlogFacility.CodeOf("My Disk-Driver"));
        Assert.Equal(EvlogCrc.Compute("_"u8), EvlogFacility.CodeOf("."));
        Assert.Equal(EvlogCrc.Compute("_."u8), EvlogFacility.CodeOf(".."));
        Assert.Equal(("cron", null), (EvlogFacility.NameOf(72), EvlogFacility.NameOf(73)));
    }
}
