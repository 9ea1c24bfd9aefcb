using System.Text.Json;
using Mayday.Analysis;
using Mayday.Store.Postgres;

namespace Mayday.Store.Tests;

/// <summary>What a report's lists look like in the database, and that every version's are read.</summary>
public sealed class StoredReportTests
{
    [Fact]
    public void Write_OrdinaryLists_AreOneStringEachAndComeBack()
    {
        var report = Report(
            [new StackFrame("f", 28, 64, "m", true, "pc", IsGuilty: true), new StackFrame("g", null, null, null, false), new StackFrame("h", 1, 2, null, true, IsInlined: true, Source: "a.c:1")],
            [new RegisterValue("RAX", "00"), new RegisterValue("RBX", "")],
            [new LoadedModule("ext4", null), new LoadedModule("mod", "OE")]);

        var json = StoredJson.Write(report);

        using var document = JsonDocument.Parse(json);
        Assert.Equal("f|28|64|m|pc|g;g|||||?;h|1|2|||i|a.c:1;", document.RootElement.GetProperty("frames").GetString());
        Assert.Equal("ext4;mod|OE;", document.RootElement.GetProperty("modules").GetString());
        AssertSame(report, StoredJson.ReadReport(json));
    }

    [Theory]
    [InlineData("a|b")]
    [InlineData("a;b")]
    [InlineData("<a+b>'c\"\\\n\t")]
    [InlineData(" ")]
    [InlineData("")]
    public void Write_AnyText_ComesBack(string text)
    {
        var report = Report(
            [new StackFrame(text, -1, int.MaxValue, text, false, text, true, true, text)], [new RegisterValue(text, text)], [new LoadedModule(text, text)]) with
        {
            Code = new CodeDump("90", [new CodeInstruction(text, text, true, text), new CodeInstruction("90", "nop", false)]),
        };

        AssertSame(report, StoredJson.ReadReport(StoredJson.Write(report)));
    }

    [Fact]
    public void ReadReport_ListsOfObjectsAsEarlierVersionsWrote_AreRead()
    {
        const string Stored = """
            {"kind":"bug","title":"t","signature":"s","signatureHash":"h","frames":[{"function":"f","offset":1,"size":2,"module":null,"isReliable":true,"stack":"irq"}],
            "registers":[{"name":"RAX","value":"0"}],"modules":[{"name":"m","flags":"O"}],"code":{"bytes":"90","instructions":[{"bytes":"90","text":"nop","isFaulting":true}]}}
            """;

        var report = StoredJson.ReadReport(Stored);

        Assert.Equal([new StackFrame("f", 1, 2, null, true, "irq")], report.Frames);
        Assert.Equal([new RegisterValue("RAX", "0")], report.Registers);
        Assert.Equal([new LoadedModule("m", "O")], report.Modules);
        Assert.Equal([new CodeInstruction("90", "nop", true)], report.Code!.Instructions);
    }

    [Fact]
    public void TryReadReport_RowWithoutItsNumber_IsNull() =>
        Assert.Null(StoredJson.TryReadReport("""{"kind":"bug","title":"t","signature":"s","signatureHash":"h","frames":"f|many;"}"""));

    private static CrashReport Report(StackFrame[] frames, RegisterValue[] registers, LoadedModule[] modules) => new()
    {
        Kind = CrashKind.Bug,
        Title = "t",
        Signature = "s",
        SignatureHash = "h",
        Frames = frames,
        Registers = registers,
        Modules = modules,
    };

    private static void AssertSame(CrashReport expected, CrashReport actual)
    {
        Assert.Equal(expected.Frames, actual.Frames);
        Assert.Equal(expected.Registers, actual.Registers);
        Assert.Equal(expected.Modules, actual.Modules);
        Assert.Equal(expected.Code?.Instructions, actual.Code?.Instructions);
    }
}
