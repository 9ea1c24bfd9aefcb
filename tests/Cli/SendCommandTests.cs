using System.CommandLine;
using System.Net;
using Mayday.Cli.Commands.Send;
using Mayday.Hosting;
using Mayday.Simulation.Replay;
using Mayday.Simulation.Tests;

namespace Mayday.Cli.Tests;

public sealed class SendCommandTests
{
    [Fact]
    public async Task Send_Capture_SaysExactlyWhatItSent()
    {
        using var receiver = new Receiver();

        var (exitCode, output, error) = await RunAsync(CapturePath("quiet_oops.ext.jsonl"), "--to", $"127.0.0.1:{receiver.Port}", "--seed", "7", "--rate", "20000");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.StartsWith($"sent 66 datagrams, ", output);
        Assert.Contains($"0 lost on purpose, 0 reordered, 0 duplicated, from 1 host to 127.0.0.1:{receiver.Port} in ", output);
        Assert.EndsWith("(seed 7)\n", output);
        Assert.Empty(error);
        Assert.Equal(66, (await receiver.TakeAsync(66)).Count);
    }

    [Fact]
    public async Task Send_WhereNothingListens_Fails()
    {
        int port;
        using (var closed = new Receiver())
        {
            port = closed.Port;
        }

        var (exitCode, _, error) = await RunAsync(CapturePath("quiet_oops.ext.jsonl"), "--to", $"127.0.0.1:{port}");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"nothing listens on 127.0.0.1:{port}", error);
    }

    [Fact]
    public async Task Send_WrongWords_AreAllNamedAtOnce()
    {
        var failure = await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync(
            "-", "-", "--to", "a:b:c", "--as", "syslog", "--host", "a b", "--hosts", "0", "--rate", "fast", "--loss", "1.5", "--reorder", "-1", "--duplicate", "x",
            "--seed", "-3", "--release", ""));

        Assert.Equal(ExitCode.WrongUse, failure.ExitCode);
        foreach (var name in new[] { "--to", "--as", "--host ", "--hosts", "--rate", "--loss", "--reorder", "--duplicate", "--seed", "--release", "FILE" })
        {
            Assert.Contains(name, failure.Message);
        }
    }

    [Fact]
    public async Task Send_WithoutTarget_SaysSo() =>
        Assert.Contains("--to is missing", (await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync("x"))).Message);

    [Fact]
    public async Task Send_FilesThatCannotBeRead_AreAllNamedWithoutControlCharacters()
    {
        var failure = await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync("/nowhere/\u001b[31m.log", Path.GetTempPath(), "--to", "127.0.0.1"));

        Assert.Equal(ExitCode.Failed, failure.ExitCode);
        Assert.Contains("\\u001b[31m.log", failure.Message);
        Assert.Contains("it is a directory", failure.Message);
        Assert.DoesNotContain('\u001b', failure.Message);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", null)]
    [InlineData("127.0.0.1:2004", "127.0.0.1", 2004)]
    [InlineData("::1", "::1", null)]
    [InlineData("[::1]", "::1", null)]
    [InlineData("[::1]:2004", "::1", 2004)]
    [InlineData("collector.example", "collector.example", null)]
    [InlineData("collector.example:65535", "collector.example", 65535)]
    public void Read_Target_IsSplit(string to, string host, int? port)
    {
        var request = new SendArguments { Files = ["x"], To = to }.Read(out var failures);

        Assert.Empty(failures);
        Assert.Equal((host, port), (request!.Host, request.Options.Port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:+1")]
    [InlineData(":2004")]
    [InlineData("[::1")]
    [InlineData("ho st")]
    public void Read_TargetThatIsNone_IsRefused(string to)
    {
        Assert.Null(new SendArguments { Files = ["x"], To = to }.Read(out var failures));
        Assert.Contains("--to", Assert.Single(failures));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("0.25", 0.25)]
    [InlineData(".5", 0.5)]
    [InlineData("20%", 0.2)]
    [InlineData("100%", 1)]
    public void Read_Probability_IsANumberOrPercent(string loss, double expected) =>
        Assert.Equal(expected, new SendArguments { Files = ["x"], To = "a", Loss = loss }.Read(out _)!.Options.Impairment.Loss);

    [Fact]
    public void Read_Nothing_IsOneHostAtTheDefaultRate()
    {
        var options = new SendArguments { Files = ["x"], To = "a" }.Read(out _)!.Options;

        Assert.Equal((ReplayFormat.AsIs, "", 1, 5000d, ""), (options.Format, options.HostName, options.Hosts, options.Rate, options.KernelRelease));
        Assert.Equal(default, options.Impairment);
    }

    [Fact]
    public void Read_HostNameWithSeveralHosts_LeavesRoomForTheNumber()
    {
        Assert.NotNull(new SendArguments { Files = ["x"], To = "a", Host = new string('h', 63) }.Read(out _));
        Assert.Null(new SendArguments { Files = ["x"], To = "a", Host = new string('h', 63), Hosts = "2" }.Read(out _));
    }

    [Fact]
    public async Task Resolve_Localhost_IsAnAddress()
    {
        var options = await new SendRequest("localhost", new ReplayOptions { Target = IPAddress.None }).ResolveAsync(CancellationToken.None);

        Assert.True(IPAddress.IsLoopback(options.Target));
    }

    private static string CapturePath(string name) => Path.Combine(AppContext.BaseDirectory, "Captures", name);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var parsed = new RootCommand { SendCommand.Create() }.Parse(["send", .. arguments]);
        Assert.Empty(parsed.Errors);
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString(), error.ToString());
    }
}
