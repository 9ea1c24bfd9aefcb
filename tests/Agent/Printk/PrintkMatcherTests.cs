using System.Text;
using Mayday.Agent.Printk;
using Mayday.Protocol;

namespace Mayday.Agent.Tests.Printk;

public sealed class PrintkMatcherTests
{
    private static PrintkEntry Call(string format, Severity? level = Severity.Error, string module = "vmlinux") =>
        new() { Level = level, Module = module, File = "a.c", Line = 1, Function = "f", Format = format };

    private static PrintkMatch? Match(string text, Severity? level, DeviceMark device, params PrintkEntry[] calls) =>
        new PrintkMatcher(calls).Match(Encoding.UTF8.GetBytes(text), level, device);

    [Fact]
    public void Match_EventType_IsTheOneThatEvlogPublished()
    {
        var match = Match(
            "eth0 (e1000 0000:00:03.0) PROBE: The EEPROM Checksum Is Not Valid", Severity.Error, DeviceMark.Unknown,
            Call("%s (%s %s) %s: The EEPROM Checksum Is Not Valid\n"));

        Assert.Equal(0xd591e94e, (uint)match!.EventType);
        Assert.Equal("eth0|e1000|0000:00:03.0|PROBE", string.Join('|', match.Values));
    }

    [Fact]
    public void Match_SeveralFormats_TheOneWithMostLiteralBytesWins()
    {
        var match = Match(
            "ata1.00: failed to IDENTIFY (I/O error)", Severity.Error, DeviceMark.Unknown,
            Call("%s: %s\n"), Call("%s: failed to %s\n"), Call("ata%u.%02u: failed to IDENTIFY (%s)\n"), Call("%s: failed to IDENTIFY (%s)\n"));

        Assert.Equal("ata%u.%02u: failed to IDENTIFY (%s)", match!.Format);
        Assert.Equal("1|0|I/O error", string.Join('|', match.Values));
    }

    [Fact]
    public void Match_FormatOfAnotherLevel_IsNotTaken() =>
        Assert.Null(Match("link is down now", Severity.Error, DeviceMark.Unknown, Call("link is %s now\n", Severity.Warning)));

    [Fact]
    public void Match_FormatWithNothingFixed_IsNotTaken() =>
        Assert.Null(Match("anything: 5", Severity.Error, DeviceMark.Unknown, Call("%s: %d\n"), Call("%s\n"), Call(" = %d (%s)\n")));

    [Fact]
    public void Match_DeviceBeforeADriversOwnWords_BecomesArguments()
    {
        var match = Match(
            "e1000 0000:00:03.0: Failed to initialize MSI interrupts", Severity.Error, DeviceMark.Present,
            Call("Failed to initialize MSI interrupts\n", null, "e1000"));

        Assert.Equal("%s %s: Failed to initialize MSI interrupts", match!.Format);
        Assert.Equal("e1000|0000:00:03.0", string.Join('|', match.Values));
        Assert.Equal("e1000", match.Driver);
    }

    [Fact]
    public void Match_IndexThatShowsTheDevicePrefix_GivesTheSameEvent()
    {
        const string Text = "e1000 0000:00:03.0: Failed to initialize MSI interrupts";
        var fromIndex = Match(Text, Severity.Error, DeviceMark.Present, Call("%s %s: Failed to initialize MSI interrupts\n"));
        var fromImage = Match(Text, Severity.Error, DeviceMark.Present, Call("Failed to initialize MSI interrupts\n", null));

        Assert.Equal(fromImage!.EventType, fromIndex!.EventType);
        Assert.Equal(fromImage.Format, fromIndex.Format);
        Assert.Equal(fromImage.Values, fromIndex.Values);
        Assert.Equal("e1000", fromIndex.Driver);
    }

    [Theory]
    [InlineData("e1000 0000:00:03.0 eth0: NIC Link is Up 1000 Mbps", "%s %s %s%s: NIC Link is Up %d Mbps", "e1000|0000:00:03.0|eth0||1000")]
    [InlineData("e1000 0000:00:03.0 eth0 (unregistered): NIC Link is Up 10 Mbps", "%s %s %s%s: NIC Link is Up %d Mbps", "e1000|0000:00:03.0|eth0| (unregistered)|10")]
    [InlineData("veth0: NIC Link is Up 10 Mbps", "%s%s: NIC Link is Up %d Mbps", "veth0||10")]
    public void Match_InterfaceBeforeADriversOwnWords_BecomesArguments(string text, string format, string values)
    {
        var match = Match(text, Severity.Informational, DeviceMark.Unknown, Call("NIC Link is Up %d Mbps\n", null, "e1000"));

        Assert.Equal(format, match!.Format);
        Assert.Equal(values, string.Join('|', match.Values));
    }

    [Fact]
    public void Match_RecordWithoutDevice_HasNoDevicePrefix() =>
        Assert.Null(Match("word other: Failed to initialize", Severity.Error, DeviceMark.Absent, Call("Failed to initialize\n", null)));

    [Fact]
    public void Match_ContinuationsBehindAFormat_AreItsLastArgument()
    {
        var begun = Match("Initialising the blocks: 1 2 3", Severity.Error, DeviceMark.Absent, Call("Initialising the blocks:"));
        var alone = Match("Initialising the blocks:", Severity.Error, DeviceMark.Absent, Call("Initialising the blocks:"));

        Assert.True(begun!.HasContinuation);
        Assert.Equal("Initialising the blocks:%s", begun.Format);
        Assert.Equal(" 1 2 3", Assert.Single(begun.Values).Text);
        Assert.Equal(alone!.EventType, begun.EventType);
        Assert.False(alone.HasContinuation);
    }

    [Fact]
    public void Match_FormatThatEndsItsLine_TakesNoContinuation() =>
        Assert.Null(Match("Initialising the blocks: 1 2 3", Severity.Error, DeviceMark.Absent, Call("Initialising the blocks:\n")));

    [Fact]
    public void Match_ThousandsOfFormats_EachTextFindsItsOwn()
    {
        var random = new Random(99);
        var printer = new Printer(random);
        var calls = new Dictionary<string, PrintkEntry>();
        var texts = new List<(string Format, string Text)>();
        for (var i = 0; calls.Count < 5_000; i++)
        {
            printer.Next();
            // A word of its own makes each format the only one that can have printed its text.
            var format = $"unit{i:x5} {printer.Format}";
            calls.Add(format, Call(format));
            texts.Add((format, $"unit{i:x5} {printer.Text}"));
        }

        var matcher = new PrintkMatcher(calls.Values);
        foreach (var (format, text) in texts)
        {
            Assert.Equal(format, matcher.Match(Encoding.UTF8.GetBytes(text), Severity.Error)?.Entry.Format);
        }
    }

    [Theory]
    [InlineData("<5> block/blk-settings.c:661 disk_stack_limits \"%s: Warning: Device %s is misaligned\\n\"", "%s: Warning: Device %s is misaligned\n", 5)]
    [InlineData("<4,c> a.c:1 f \"a \\\"b\\\" \\\\ \\t \\x41\\101\\e\"", "a \"b\" \\ \t AA\u001b", 4)]
    [InlineData("<-1> a.c:1 f \"x\"", "x", null)]
    [InlineData("<c> a.c:1 f \"x\"", "x", null)]
    public void Parse_LineOfAnIndex_IsRead(string line, string format, int? level)
    {
        var entry = PrintkEntry.Parse(line, "vmlinux")!;

        Assert.Equal(format, entry.Format);
        Assert.Equal(level, (int?)entry.Level);
        Assert.Equal(line.Contains(",c") || line.StartsWith("<c"), entry.IsContinuation);
        Assert.Equal(entry, PrintkEntry.Parse(entry.ToString(), "vmlinux"));
    }

    [Theory]
    [InlineData("# <level[,flags]> filename:line function \"format\"")]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("<>")]
    [InlineData("<3> \"\"")]
    [InlineData("<3> a.c f \"x\"")]
    [InlineData("<3> a.c:x f \"x\"")]
    [InlineData("<3> a.c:1 f \"x")]
    [InlineData("<3> a.c:1 \"x\"")]
    [InlineData("<3> a.c:1 f \"")]
    public void Parse_AnyOtherLine_IsPassedOver(string line) => Assert.Null(PrintkEntry.Parse(line, "vmlinux"));
}
