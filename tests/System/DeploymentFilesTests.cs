using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Mayday.System.Tests;

/// <summary>No container engine where CI runs: the files are held to the program and to the tree by reading them.</summary>
public sealed partial class DeploymentFilesTests
{
    private static readonly string s_dockerfileText = File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"));

    [Fact]
    public void Compose_Services_AreDatabaseMigrationAndTheTwoRolesApart()
    {
        var services = Section(Compose(), "services");

        Assert.Equal(["collector", "migrate", "postgres", "web"], services.Keys.Select(key => (string)key).Order(StringComparer.Ordinal));
        foreach (var role in new[] { "migrate", "collector", "web" })
        {
            Assert.Equal([role], List(Section(services, role), "command"));
        }

        Assert.True(Section(services, "postgres").ContainsKey("healthcheck"));
        Assert.Contains("postgres:/var/lib/postgresql/data", List(Section(services, "postgres"), "volumes"));
    }

    [Fact]
    public void Compose_Roles_WaitForTheMigrationAndItForTheDatabase()
    {
        var services = Section(Compose(), "services");

        Assert.Equal("service_healthy", Condition(services, "migrate", "postgres"));
        Assert.Equal("service_completed_successfully", Condition(services, "collector", "migrate"));
        Assert.Equal("service_completed_successfully", Condition(services, "web", "migrate"));
    }

    [Fact]
    public void Compose_Ports_AreOpenForMachinesAndLoopbackForPages()
    {
        var services = Section(Compose(), "services");

        Assert.Equal(["2004:2004/udp", "6666:6666/udp", "2005:2005/udp"], List(Section(services, "collector"), "ports"));
        Assert.All(List(Section(services, "web"), "ports"), port => Assert.StartsWith("127.0.0.1:", port));
    }

    [Fact]
    public void Dockerfile_EveryCopiedPath_ExistsAndEveryProjectIsCopied()
    {
        var copied = CopyLine().Matches(s_dockerfileText).SelectMany(match => match.Groups["paths"].Value.Split(' ')).ToList();

        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"Dockerfile copies {path}, which is not there"));
        foreach (var project in Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            Assert.Contains(Path.GetRelativePath(Repository.Root, project), copied);
        }
    }

    private static Dictionary<object, object> Compose() =>
        new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build()
            .Deserialize<Dictionary<object, object>>(
                new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(File.ReadAllText(Path.Combine(Repository.Root, "docker-compose.yml"))))));

    private static Dictionary<object, object> Section(Dictionary<object, object> of, string name) => (Dictionary<object, object>)of[name];

    private static IEnumerable<string> List(Dictionary<object, object> of, string name) => ((List<object>)of[name]).Select(item => (string)item);

    private static string Condition(Dictionary<object, object> services, string service, string on) =>
        (string)Section(Section(Section(services, service), "depends_on"), on)["condition"];

    [GeneratedRegex(@"^COPY (?!--from)(?<paths>.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex CopyLine();
}
