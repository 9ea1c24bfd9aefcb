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
        ("--netoops", "PORT", "Port for dumps (default: --to's, else 2004)."),
        ("--netconsole", "PORT", "Port for lines (default: --to's, else 6666)."),
        ("--evlog", "PORT", "Port for event records (default: --to's, else 2005)."),
        ("--as", "FORMAT", "netoops, netconsole (extended), netconsole-basic, mixed (a third of the machines each) or evlog (event records)."),
        ("--hosts", "N", "Machines; towards loopback each has its own address from 127.1.0.1 on, elsewhere its own port."),
        ("--name", "NAME", "What machine names begin with (default: load- and the seed); \"\" for machines without a name."),
        ("--rate", "N", "netconsole lines, or event records, a second over all machines; 0: as fast as possible."),
        ("--line-bytes", "N", "Bytes of a line's datagram."),
        ("--lines", "N", "Ends after this many lines or records."),
        ("--burst", "N", "Lines of one machine in a row."),
        ("--crash-rate", "N", "Crashes a second over all machines; 0: as fast as possible."),
        ("--crashes", "N", "Ends after this many crashes."),
        ("--log-bytes", "N", "Log of a netoops dump, boot messages before the report: 64K; without it the report alone, 60 lines of about 5 KiB."),
        ("--signatures", "N", "Different bugs among the crashes."),
        ("--rounds", "N", "Times each dump is sent."),
        ("--together", "N", "Dumps on their way at once, packet by packet in turn."),
        ("--duration", "TIME", "How long: 60, 90s, 5m."),
        ("--wave", "TIME", "What is due within this time leaves at once (default 1ms)."),
        ("--strangers", "N", "Made-up source addresses that send as well."),
        ("--stranger-rate", "N", "Lines a second from them."),
        ("--loss", "P", "Probability that a datagram is not sent: 0.01 or 1%. Each machine begins and ends with one that is never dropped."),
        ("--reorder", "P", "Probability that a datagram is overtaken by one to eight later ones of its machine."),
        ("--duplicate", "P", "Probability that a datagram is sent twice."),
        ("--check", "URL", "Compares what was sent with what the collector counted and stored, at its REST API: http://127.0.0.1:8080. Nothing else may send meanwhile."),
        ("--patience", "TIME", "How long the collector may take to store it (default 2m)."),
        ("--seed", "N", "Repeats what is lost and what crashes hold (default: another one each time, printed)."),
    ];

    public static Command Create()
    {
        var scenario = new Argument<string?>("SCENARIO")
        {
            Description = "What to begin with; every option overrides its part.\n" + string.Join("\n", LoadScenario.All.Select(one => $"{one.Name}: {one.Description}")),
            Arity = ArgumentArity.ZeroOrOne,
        };
        var to = new Option<string?>("--to") { HelpName = "HOST[:PORT]", Description = "The collector (default 127.0.0.1)." };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var eachHost = new Option<bool>("--each-host") { Description = "With --json: what each machine sent." };
        var words = s_options.Select(option => new Option<string?>(option.Name) { HelpName = option.HelpName, Description = option.Description }).ToArray();

        var command = new Command("load", "Send a measured load: thousands of machines that talk and crash.") { scenario, to };
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
