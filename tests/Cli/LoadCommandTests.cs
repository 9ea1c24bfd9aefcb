using System.CommandLine;
using System.Text.Json;
using Mayday.Cli.Commands.Load;
using Mayday.Hosting;
using Mayday.Simulation.Tests;

namespace Mayday.Cli.Tests;

public sealed class LoadCommandTests
{
    [Fact]
    public async Task Load_Json_SaysExactlyWhatItSent()
    {
        using var receiver = new Receiver();

        var (exitCode, output, _) = await RunAsync(
            "crashes", "--to", $"127.0.0.1:{receiver.Port}", "--hosts", "3", "--crashes", "6", "--crash-rate", "0", "--signatures", "2", "--seed", "9", "--json", "--each-host");

        Assert.Equal(ExitCode.Done, exitCode);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(6, report.GetProperty("dumps").GetInt64());
        Assert.Equal(3, report.GetProperty("signatures").GetProperty("load_fault_001").GetInt64());
        Assert.Equal("load-00000009-000003", report.GetProperty("eachHost")[2].GetProperty("name").GetString());
        Assert.Equal(report.GetProperty("sent").GetInt64(), (await receiver.TakeAsync(report.GetProperty("sent").GetInt64())).Count);
    }

    [Fact]
    public async Task Load_WhereNothingListens_Fails()
    {
        int port;
        using (var closed = new Receiver())
        {
            port = closed.Port;
        }

        var (exitCode, _, error) = await RunAsync("receive", "--to", $"127.0.0.1:{port}", "--rate", "0", "--lines", "5000");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("nothing listens", error);
    }

    [Fact]
    public async Task Load_WrongWords_AreAllNamedAtOnce()
    {
        var failure = await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync(
            "loss", "--to", "a:b:c", "--as", "syslog", "--hosts", "0", "--rate", "fast", "--log-bytes", "64G", "--duration", "soon", "--loss", "1.5", "--name", "a b", "--seed", "-3"));

        Assert.Equal(ExitCode.WrongUse, failure.ExitCode);
        foreach (var name in new[] { "--to", "--as", "--hosts", "--rate", "--log-bytes", "--duration", "--loss", "--name", "--seed" })
        {
            Assert.Contains(name, failure.Message);
        }
    }

    [Fact]
    public async Task Load_UnknownScenario_NamesThoseThereAre() =>
        Assert.Contains("receive, storm, crashes", (await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync("everything"))).Message);

    [Fact]
    public async Task Load_OptionsThatDoNotGoTogether_AreRefused()
    {
        var failure = await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync("storm", "--rate", "5"));

        Assert.Equal((ExitCode.WrongUse, "netoops machines say no lines."), (failure.ExitCode, failure.Message));
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] words)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var exitCode = await LoadCommand.Create().Parse(words).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString(), error.ToString());
    }
}
