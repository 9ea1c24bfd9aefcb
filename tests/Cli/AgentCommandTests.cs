using System.CommandLine;
using Mayday.Cli.Commands.Agent;
using Mayday.Hosting;

namespace Mayday.Cli.Tests;

public sealed class AgentCommandTests
{
    [Fact]
    public async Task Run_WrongSettings_AreAllNamedAtOnce()
    {
        var failure = await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync(
            "run", "--to", "collector:8080", "--host", "a\tb", "--severity", "loud", "--catalogue", "/nowhere/index", "--spool", " "));

        Assert.Equal(ExitCode.WrongUse, failure.ExitCode);
        foreach (var key in new[] { "Agent:To ", "Agent:Host ", "Agent:Kmsg:Severity ", "Agent:Kmsg:Catalogues ", "Agent:Spool:Directory " })
        {
            Assert.Contains(key, failure.Message);
        }
    }

    [Fact]
    public async Task Run_WithoutCollector_SaysSo() =>
        Assert.Contains("Agent:To is not set", (await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync("run"))).Message);

    [Fact]
    public async Task Run_UnknownKeyInTheSettings_IsNamed()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"Agent":{"To":"http://127.0.0.1:9","Kmsgs":{"Severity":"err"}}}""");
        var failure = await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync("run", "--config", file));
        File.Delete(file);

        Assert.Equal(ExitCode.WrongUse, failure.ExitCode);
        Assert.Contains("Kmsgs", failure.Message);
    }

    [Fact]
    public async Task Catalogue_OfNoKernel_SaysSo()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "no kernel at all");
        var failure = await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync("catalogue", file));
        File.Delete(file);

        Assert.Contains("no ELF image in it", failure.Message);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var parsed = new RootCommand { AgentCommand.Create() }.Parse(["agent", .. arguments]);
        Assert.Empty(parsed.Errors);
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString(), error.ToString());
    }
}
