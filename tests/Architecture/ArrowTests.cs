using System.Xml.Linq;
using ArchUnitNET.Fluent.Extensions;
using ArchUnitNET.Fluent.Syntax.Elements.Types;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace Mayday.Architecture.Tests;

/// <summary>The arrows between projects, in project files and in compiled types.</summary>
public sealed class ArrowTests
{
    private static readonly Lazy<IReadOnlyDictionary<string, Assembly>> s_assemblies = new(() => Projects
        .Where(project => project != "AgentDaemon")
        .ToDictionary(project => project, project => Assembly.Load(project == "Cli" ? "mayday" : $"Mayday.{project}")));

    private static readonly Lazy<ArchUnitNET.Domain.Architecture> s_architecture = new(() => new ArchLoader().LoadAssemblies([.. s_assemblies.Value.Values]).Build());

    private static IEnumerable<string> Projects => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal);

    public static TheoryData<string> EachProject => [.. Projects];

    [Theory]
    [MemberData(nameof(EachProject))]
    public void ProjectFile_References_FollowTheArrows(string project)
    {
        Assert.True(Arrows.IsKnown(project), $"src/{project} is new: say in Arrows.cs what it may use.");
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        var references = file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

        Assert.DoesNotContain(references, reference => reference != "Migrations" && !Arrows.Allows(project, reference));
    }

    [Theory]
    [MemberData(nameof(EachProject))]
    public void Types_OfAProject_UseOnlyWhatTheArrowsAllow(string project)
    {
        Assert.SkipWhen(project == "AgentDaemon", "A native program: its project file is checked.");
        var forbidden = s_assemblies.Value.Where(pair => !Arrows.Allows(project, pair.Key)).Select(pair => pair.Value).ToArray();
        if (forbidden.Length > 0)
        {
            Forbid(s_assemblies.Value[project], forbidden).Check(s_architecture.Value);
        }
    }

    [Fact]
    public void Types_ThatUseWhatIsForbidden_AreFound() =>
        Assert.False(Forbid(s_assemblies.Value["Collector"], [s_assemblies.Value["Store"]]).HasNoViolations(s_architecture.Value));

    [Theory]
    [InlineData("Collector", "Web")]
    [InlineData("Web", "Collector")]
    [InlineData("Simulation", "Store")]
    [InlineData("Events", "Store")]
    [InlineData("Protocol", "Linux")]
    [InlineData("Hosting", "Collector")]
    public void Arrows_ThatAreNotThere_AreNotAllowed(string from, string to) => Assert.False(Arrows.Allows(from, to));

    private static TypesShouldConjunction Forbid(Assembly from, Assembly[] to) =>
        Types().That().ResideInAssembly(from).Should().NotDependOnAny(Types().That().ResideInAssembly(to[0], to[1..]));
}
