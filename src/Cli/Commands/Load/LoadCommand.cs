using System.CommandLine;
using System.Net.Sockets;
using Mayday.Cli.Commands.Send;
using Mayday.Hosting;
using Mayday.Simulation.Load;

namespace Mayday.Cli.Commands.Load;

/// <summary><c>mayday load</c>: simulates thousands of machines at a given rate and measures the result.</summary>
public static class LoadCommand
{
    private static readonly (string Name, string HelpName, string Description)[] s_options =
    [
        ("--netoops", "PORT", "Port for dumps (default: the port of --to, otherwise 2004)."),
        ("--netconsole", "PORT", "Port for lines (default: the port of --to, otherwise 6666)."),
        ("--evlog", "PORT", "Port for event records (default: the port of --to, otherwise 2005)."),
        ("--as", "FORMAT", "netoops, netconsole (extended), netconsole-basic, mixed (a third of the machines each) or evlog (event records)."),
        ("--hosts", "N",
            "Number of machines. On loopback each has its own address, starting at 127.1.0.1; with another target each has its own port."),
        ("--name", "NAME", "Prefix of the machine names (default: load- and the seed); \"\" for machines without a name."),
        ("--rate", "N", "netconsole lines or event records per second, over all machines; 0: as fast as possible."),
        ("--line-bytes", "N", "Size of the datagram of one line, in bytes."),
        ("--lines", "N", "Stop after this many lines or records."),
        ("--burst", "N", "Number of lines that one machine sends in a row."),
        ("--crash-rate", "N", "Crashes per second, over all machines; 0: as fast as possible."),
        ("--crashes", "N", "Stop after this many crashes."),
        ("--log-bytes", "N",
            "Log size of a netoops dump, for example 64K: boot messages, then the report. Default: only the report, 60 lines, about 5 KiB."),
        ("--signatures", "N", "Number of different bugs among the crashes."),
        ("--rounds", "N", "How often each dump is sent."),
        ("--together", "N", "Number of dumps sent at the same time, with their packets interleaved."),
        ("--duration", "TIME", "Duration of the load: 60, 90s, 5m."),
        ("--wave", "TIME", "Datagrams due within this time are sent together (default 1ms)."),
        ("--strangers", "N", "Number of forged source addresses that also send."),
        ("--stranger-rate", "N", "Lines per second from these addresses."),
        ("--loss", "P", "Probability that a datagram is not sent: 0.01 or 1%. The first and the last datagram of a machine are never dropped."),
        ("--reorder", "P", "Probability that a datagram is overtaken by one to eight later ones of its machine."),
        ("--duplicate", "P", "Probability that a datagram is sent twice."),
        ("--check", "URL", "Compare what was sent with what the collector counted and stored. URL of its REST API: http://127.0.0.1:8080. "
            + "Nothing else may send during the load."),
        ("--patience", "TIME", "How long to wait until the collector has stored everything (default 2m)."),
        ("--seed", "N", "Repeat the random choices of an earlier run (default: a new seed each time; it is printed)."),
    ];

    public static Command Create()
    {
        var scenario = new Argument<string?>("SCENARIO")
        {
            Description = "A predefined load. Options override its values.\n"
                + string.Join("\n", LoadScenario.All.Select(one => $"{one.Name}: {one.Description}")),
            Arity = ArgumentArity.ZeroOrOne,
        };
        var to = new Option<string?>("--to") { HelpName = "HOST[:PORT]", Description = "The collector (default 127.0.0.1)." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text." };
        var eachHost = new Option<bool>("--each-host") { Description = "With --json: include what each machine sent." };
        var words = s_options.Select(option => new Option<string?>(option.Name) { HelpName = option.HelpName, Description = option.Description }).ToArray();

        var command = new Command("load", "Simulate thousands of machines that log and crash, and measure the load.") { scenario, to };
        foreach (var word in words)
        {
            command.Add(word);
        }

        command.Add(json);
        command.Add(eachHost);
        command.SetAction(async (parsed, cancellation) =>
        {
            var arguments = new LoadArguments
            {
                Scenario = parsed.GetValue(scenario),
                To = parsed.GetValue(to),
                Words = words.Where(word => parsed.GetResult(word) is not null).ToDictionary(word => word.Name, word => parsed.GetValue(word) ?? ""),
            };
            var request = arguments.Read(out var failures);
            if (request is null)
            {
                throw new PlainFailureException(string.Join("\nmayday: ", failures), ExitCode.WrongUse);
            }

            request = request with { Options = request.Options with { Target = await SendRequest.ResolveAsync(request.Host, cancellation) } };
            var output = await RunAsync(request, parsed.GetValue(eachHost), cancellation);
            await WriteAsync(output, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
            if (output.Refused > 0)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"mayday: datagrams were refused: nothing listens on a port of {output.Target}. Is the collector running?");
            }

            return output.IsAsSent ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static async Task<LoadOutput> RunAsync(LoadRequest request, bool eachHost, CancellationToken cancellation)
    {
        using var progress = new LoadProgressLine();
        try
        {
            using var api = request.Check is null ? null : new LoadApi(request.Check);
            var check = api is null ? null : await LoadCheck.BeginAsync(api, request.Options, FunctionsOf(request.Options), cancellation);
            var run = new LoadRun(request.Options, TimeProvider.System);
            var sending = run.SendAsync(progress, cancellation);
            var latency = api is not null && request.Scenario == "latency"
                ? await LoadLatency.MeasureAsync(run, sending, api, request.Options.Seed, cancellation)
                : null;
            var report = await sending;
            var comparisons = check is null ? null : await check.EndAsync(report, request.Patience, progress.Show, cancellation);
            return LoadOutput.From(request, report, eachHost) with { Latency = latency, Check = comparisons };
        }
        catch (ArgumentException exception)
        {
            throw new PlainFailureException(Printable.Show(exception.Message.Split(" (Parameter", 2)[0]), ExitCode.WrongUse);
        }
        catch (Exception exception) when (exception is SocketException or PlatformNotSupportedException)
        {
            throw new PlainFailureException($"cannot send to {request.Options.Target}: {Printable.Show(exception.Message)}");
        }
    }

    private static string[] FunctionsOf(LoadOptions options) => [.. Enumerable.Range(0, options.Signatures).Select(LoadOptions.FunctionOf)];

    private static async Task WriteAsync(LoadOutput output, bool json, TextWriter writer)
    {
        foreach (var line in json ? [output.ToJson()] : output.ToLines())
        {
            await writer.WriteLineAsync(line);
        }
    }
}
