using System.Text.RegularExpressions;
using Mayday.Cli.Roles;
using Mayday.Hosting;
using Microsoft.Extensions.Configuration;

namespace Mayday.Cli.Tests;

public sealed partial class SettingTests
{
    [Fact]
    public void Mistakes_OfValuesAndKeys_AreToldAllAtOnce()
    {
        var mistakes = FindMistakes(new() { ["Store:Retention"] = "banana", ["Store:Storm:Machines"] = "1", ["Web:Listen"] = "here", ["Colector:Netops:Port"] = "1" });

        Assert.Equal(4, mistakes.Count);
        Assert.Contains(mistakes, mistake => mistake.StartsWith("Store:Retention must be a time", StringComparison.Ordinal) && mistake.Contains("MAYDAY_Store__Retention"));
        Assert.Contains(mistakes, mistake => mistake.StartsWith("Store:Storm:Machines must be", StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.StartsWith("Web:Listen:", StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.EndsWith("Did you mean Collector:Netoops:Port?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Logging:LogLevel:Default", "Debug")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections", "5")]
    [InlineData("collector:netoops:port", "2004")]
    [InlineData("Agent:Dumps:Folders:0", "/var/crash")]
    public void Key_ThatSomebodyReads_IsNoMistake(string key, string value) => Assert.Empty(FindMistakes(new() { [key] = value }));

    [Fact]
    public void ConnectionString_Malformed_IsToldWithoutItsPassword()
    {
        var mistake = Assert.Single(FindMistakes(new() { ["Store:ConnectionString"] = "Hst=1;Password=geheim" }));

        Assert.StartsWith("Store:ConnectionString is not a Postgres connection string", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", mistake);
    }

    [Fact]
    public void Secret_InEffect_IsMasked()
    {
        var settings = Load(new() { ["Store:ConnectionString"] = "Host=x;Password=geheim", ["Agent:Token"] = "geheim" });

        var effective = ProgramSettings.Catalogue.Describe(settings);

        Assert.Equal(2, effective.Count(setting => setting.Value == "(secret)"));
        Assert.DoesNotContain(effective, setting => setting.Value?.Contains("geheim", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void File_ThatIsNotJson_IsToldWithItsLine()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "{\n  \"Store\": {\n    \"Retention\": banana\n  }\n}\n");

            var failure = Assert.Throws<PlainFailureException>(() => ProgramConfiguration.Load(file, new Dictionary<string, string?>()));

            Assert.StartsWith($"{file}, line 3: not valid JSON.", failure.Message, StringComparison.Ordinal);
            Assert.Equal(ExitCode.WrongUse, failure.ExitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void OptionsTable_OfTheOperationsGuide_ListsEverySettingAndNoOther()
    {
        var guide = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs/operations.md"));
        var options = guide.Split("\n## Options\n")[1].Split("\n## ")[0];

        var listed = Row().Matches(options).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal);

        Assert.Equal(ProgramSettings.Catalogue.Settings.Select(setting => setting.Key).Order(StringComparer.Ordinal), listed);
    }

    private static IReadOnlyList<string> FindMistakes(Dictionary<string, string?> settings) =>
        ProgramSettings.Catalogue.FindMistakes(Load(settings), ProgramSettings.Everything);

    private static IConfigurationRoot Load(Dictionary<string, string?> settings) => new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    private static string RepositoryRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Mayday.slnx")))
        {
            at = at.Parent ?? throw new DirectoryNotFoundException("No Mayday.slnx above " + AppContext.BaseDirectory);
        }

        return at.FullName;
    }

    [GeneratedRegex("^\\| `([A-Z][^`]*)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
