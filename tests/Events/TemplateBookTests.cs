using Mayday.Events.Filtering;
using Mayday.Events.Reading;
using Mayday.Events.Templates;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Tests;

/// <summary>Templates: what they add to events, and what is said of wrong ones.</summary>
public sealed class TemplateBookTests
{
    private const string Disk =
        """
        # what a disk array sends
        [values disk-state]
        0: online
        1: failed  it takes no data any more
        [bits disk-flags]
        0: HOT
        3: SPARE
        [array-disk]
        facility: array
        type: 0x15
        class: hardware
        meaning: A disk of the array changed its state.
        cause: The disk is worn out.
        action: Replace it.
        text: disk {disk.name} is {disk.state} at {temperature} °C
        member: disk.name; char[6]; slot
        member: disk.state; u8; values disk-state
        member: flags8; u8; bits disk-flags
        member: temperature; s16be; unit °C
        member: serial; u32le at 12
        """;

    [Fact]
    public void Shipped_AllFiles_AreWithoutMistakes()
    {
        var names = TemplateBook.Shipped.Templates.Select(template => template.Name).ToList();

        foreach (var area in new[] { "e1000", "ata", "mce", "edac", "nvme", "ext4", "oom" })
        {
            Assert.Contains(names, name => name.StartsWith(area, StringComparison.Ordinal));
        }

        Assert.All(TemplateBook.Shipped.Templates, template => Assert.False(string.IsNullOrEmpty(template.Meaning), template.Name));
    }

    [Fact]
    public void Apply_PrintedEvent_NamesItsArguments()
    {
        const string Format = "%s: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, file-rss:%lukB, shmem-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%hd\n";

        var named = TemplateBook.Shipped.Apply(Printed("kern", Format, EventArgument.OfText("Out of memory"), EventArgument.OfNumber(812), EventArgument.OfText("postgres")));

        Assert.Equal(["reason", "victim_pid", "victim"], named.Arguments.Select(argument => argument.Name));
        Assert.True(EventFilter.TryParse("victim = postgres && victim_pid > 800", TemplateBook.Shipped.Names, out var filter, out _));
        Assert.True(filter.Matches(new ReceivedFacts(named, "a", DateTimeOffset.UnixEpoch, "http"), DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Apply_PrintedByDevErr_NamesWhatItPutsBeforeToo()
    {
        var named = TemplateBook.Shipped.Apply(Printed(
            "kern", "%s %s: controller is down; will reset: CSTS=0x%x, PCI_STATUS=0x%hx\n",
            EventArgument.OfText("nvme"), EventArgument.OfText("nvme0"), EventArgument.OfNumber(0xffffffff), EventArgument.OfNumber(0x10)));

        Assert.Equal(["driver", "dev", "csts", "pci_status"], named.Arguments.Select(argument => argument.Name));
    }

    [Fact]
    public void Find_BitsOfANumber_HaveWords()
    {
        var fit = TemplateBook.Shipped.Find("kern", EvlogCrc.EventTypeOf("ata%u.%02u: exception Emask 0x%x SAct 0x%x SErr 0x%x action 0x%x%s%s\n"));

        Assert.Equal("DEV | TIMEOUT", fit!.Argument(2)!.Words!.Of(0x5));
        Assert.Null(fit.Argument(2)!.Words!.Of(0));
    }

    [Fact]
    public void Apply_BinaryEvent_ReadsItsMembersAndPrintsThem()
    {
        var book = Read(Disk);
        byte[] payload = [.. "sda3\0\0"u8, 1, 9, 0xff, 0xd8, 0, 0, 0x78, 0x56, 0x34, 0x12];

        var named = book.Apply(Binary(payload));

        Assert.Equal("disk sda3 is failed at -40 °C", named.Text);
        Assert.Equal(0x12345678, named.Arguments[4].Number);
        Assert.True(EventFilter.TryParse("disk.name = sda3 && disk.state = failed && temperature < 0 && flags8 & SPARE", book.Names, out var filter, out var error), error?.ToString());
        Assert.True(filter.Matches(new ReceivedFacts(named, "a", DateTimeOffset.UnixEpoch, "evlog"), DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Apply_PayloadThatEndsEarly_KeepsWhatIsThereAndSaysSo()
    {
        var book = Read(Disk);
        for (var length = 1; length < 16; length++)
        {
            var named = book.Apply(Binary(new byte[length]));
            Assert.Contains("payload ends before", Assert.Single(named.Notes), StringComparison.Ordinal);
        }
    }

    private const string SensorTemplate = """
        [sensor]
        facility: sensor
        type: 7
        text: {state} {rails} at {temperature}
        member: temperature; f32
        member: drift; f64
        member: state; u16:3
        member: fan; u16:5
        member: offset; s16:8
        member: next; u16:9
        member: rails; u8[2][2]
        member: fixed; u16be
        """;

    /// <summary>The C struct of the template above, as a compiler of that byte order lays it out: bit-fields fill a number from its low or its high end.</summary>
    private static byte[] Sensor(bool isBigEndian, float temperature, double drift) =>
    [
        .. Ordered(BitConverter.GetBytes(temperature), isBigEndian),
        .. Ordered(BitConverter.GetBytes(drift), isBigEndian),
        // state 5, fan 17, offset -2; then next 300, which has no room beside them.
        .. Ordered(BitConverter.GetBytes((ushort)(isBigEndian ? (5 << 13) | (17 << 8) | 0xfe : 5 | (17 << 3) | (0xfe << 8))), isBigEndian),
        .. Ordered(BitConverter.GetBytes((ushort)(isBigEndian ? 300 << 7 : 300)), isBigEndian),
        1, 2, 3, 4,
        0x12, 0x34,
    ];

    private static byte[] Ordered(byte[] bytes, bool isBigEndian) => isBigEndian == !BitConverter.IsLittleEndian ? bytes : [.. bytes.Reverse()];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Apply_FloatsBitFieldsAndArrays_AreReadInTheSendersOrder(bool isBigEndian)
    {
        var book = Read(SensorTemplate);

        var named = book.Apply(Binary(Sensor(isBigEndian, 21.3f, -0.25)) with { Facility = "sensor", EventType = 7, IsBigEndian = isBigEndian });

        Assert.Equal(
            ["temperature", "drift", "state", "fan", "offset", "next", "rails.0.0", "rails.0.1", "rails.1.0", "rails.1.1", "fixed"],
            named.Arguments.Select(argument => argument.Name));
        Assert.Equal([21.3m, -0.25m, 5, 17, -2, 300, 1, 2, 3, 4, 0x1234], named.Arguments.Select(argument => argument.Value));
        Assert.Equal("5 1 2 3 4 at 21.3", named.Text);
        Assert.True(EventFilter.TryParse("temperature > 21.2 && temperature < 21.4 && rails.1.1 = 4 && offset < 0", book.Names, out var filter, out var error), error?.Message);
        Assert.True(filter.Matches(new ReceivedFacts(named, "a", DateTimeOffset.UnixEpoch, "evlog"), DateTimeOffset.UnixEpoch));
    }

    [Theory]
    [InlineData(float.NaN, double.PositiveInfinity, "NaN", "Infinity")]
    [InlineData(float.NegativeInfinity, 1e300, "-Infinity", "1E+300")]
    public void Apply_RealsThatNoNumberOfTheStoreHolds_AreTexts(float temperature, double drift, string first, string second)
    {
        var named = Read(SensorTemplate).Apply(Binary(Sensor(false, temperature, drift)) with { Facility = "sensor", EventType = 7 });

        Assert.Equal([first, second], named.Arguments.Take(2).Select(argument => argument.Text));
    }

    [Theory]
    [InlineData("format: %d\n", 1, "first line")]
    [InlineData("[a]\nformat: %d\narg: x\narg: y\n", 2, "1 arguments, and 2")]
    [InlineData("[a]\ntype: 5\n", 1, "facility")]
    [InlineData("[a]\nmeaning: nothing\n", 1, "neither format: nor type:")]
    [InlineData("[a]\nformat: %d\ncolour: red\n", 3, "no field is called 'colour'")]
    [InlineData("[a]\nformat: %d\narg: host\n", 3, "every event has")]
    [InlineData("[a]\nformat: %d\narg: x; values none\n", 3, "[values none]")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; float\n", 4, "no type")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; f16\n", 4, "no type")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; f32:4\n", 4, "no type")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; u8:9\n", 4, "no type")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; u8:0\n", 4, "no type")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; u8[0]\n", 4, "no type")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; u8[2][\n", 4, "no type")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; char[2][2]\n", 4, "no type")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; u8[8][9]\n", 4, "more than 64")]
    [InlineData("[a]\nfacility: f\ntype: 1\nmember: x; u8[8192][8192][8192]\n", 4, "more than 64")]
    [InlineData("[a]\nformat: %d\n[a]\nformat: %s\n", 3, "already")]
    [InlineData("[a]\nformat: %d\n[b]\nformat: %d\n", 3, "same events")]
    [InlineData("[bits x]\n64: far\n", 2, "0 to 63")]
    [InlineData("[a]\nformat: %d\nclass: 3\n", 3, "class:")]
    [InlineData("[a]\nformat: %d\njust words\n", 3, "neither")]
    public void Build_Mistake_IsToldWithFileAndLine(string text, int line, string says)
    {
        var reader = new TemplateReader();
        reader.Read("my.template", new StringReader(text));
        reader.Build(out var mistakes);

        var mistake = Assert.Single(mistakes);
        Assert.Equal(("my.template", line), (mistake.File, mistake.Line));
        Assert.Contains(says, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_SeveralMistakes_AreAllTold()
    {
        var reader = new TemplateReader();
        reader.Read("a.template", new StringReader("[a]\nformat: %d\nnope: 1\narg: 9lives\n"));
        reader.Read("b.template", new StringReader("words\n"));
        reader.Build(out var mistakes);

        Assert.Equal(["a.template:3", "a.template:4", "b.template:1"], mistakes.Select(mistake => $"{mistake.File}:{mistake.Line}").Order());
    }

    [Fact]
    public void Build_OwnTemplateOfAShippedName_TakesItsPlace()
    {
        var reader = new TemplateReader();
        TemplateBook.ReadShipped(reader);
        reader.Read("own.template", new StringReader("[oom-kill]\nformat: mine %d\narg: own\n"));
        var book = reader.Build(out var mistakes);

        Assert.Empty(mistakes);
        Assert.Equal("own", book.Find("kern", EvlogCrc.EventTypeOf("mine %d"))!.Argument(0)!.Name);
    }

    private static TemplateBook Read(string text)
    {
        var reader = new TemplateReader();
        reader.Read("test.template", new StringReader(text));
        var book = reader.Build(out var mistakes);
        Assert.Empty(mistakes);
        return book;
    }

    private static KernelEvent Printed(string facility, string format, params EventArgument[] arguments) => new()
    {
        Facility = facility,
        EventType = EvlogCrc.EventTypeOf(format),
        Severity = Severity.Error,
        Format = EvlogFormat.Printf,
        FormatString = format,
        Arguments = arguments,
        Text = "",
    };

    private static KernelEvent Binary(byte[] payload) => new()
    {
        Facility = "array",
        EventType = 0x15,
        Severity = Severity.Error,
        Format = EvlogFormat.Binary,
        Text = "",
        Payload = payload,
    };
}
