using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Mayday.Hosting;
using Mayday.Simulation.Links;
using Mayday.Simulation.Replay;

namespace Mayday.Cli.Commands.Send;

/// <summary><c>mayday send</c>: replays kernel logs and captured datagrams as the original machines would send them.</summary>
public static class SendCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Kernel logs as text, or captures (.jsonl: one JSON object per line with t, port, b64); - is standard input. "
                + "With several hosts, the files are distributed among them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var to = Text("--to", "HOST[:PORT]", "The collector. Without a port: 2004 for netoops, 6666 for netconsole.");
        var format = Text("--as", "FORMAT",
            "netoops, netconsole (extended), netconsole-basic, or evlog (one event per line). "
            + "Default: a capture is sent as it was captured, a text log as netoops.");
        var host = Text("--host", "NAME", "Host name in the user data (host=NAME). With several hosts: NAME-0001, NAME-0002 ...");
        var hosts = Text("--hosts", "N",
            "Number of simulated machines, each with its own source port and, on loopback, its own address (default 1).");
        var rate = Text("--rate", "N", string.Create(CultureInfo.InvariantCulture,
            $"Datagrams per second over all hosts (default {DatagramPacer.DefaultRate}; 0: as fast as possible)."));
        var loss = Text("--loss", "P", "Probability that a datagram is not sent: 0.2 or 20% (default 0).");
        var reorder = Text("--reorder", "P", "Probability that a datagram is overtaken by later ones (default 0).");
        var duplicate = Text("--duplicate", "P", "Probability that a datagram is sent twice (default 0).");
        var seed = Text("--seed", "N", "Repeat an earlier run: same boot ids, dump ids and losses (default: a new seed each time; it is printed).");
        var release = Text("--release", "RELEASE", "Kernel release in the netoops packets (default: the one in the log).");

        var command = new Command("send", "Replay kernel logs or captured datagrams as crashing machines would send them.")
        {
            files, to, format, host, hosts, rate, loss, reorder, duplicate, seed, release,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var arguments = new SendArguments
            {
                Files = parsed.GetValue(files) ?? [],
                To = parsed.GetValue(to),
                Format = parsed.GetValue(format),
                Host = parsed.GetValue(host),
                Hosts = parsed.GetValue(hosts),
                Rate = parsed.GetValue(rate),
                Loss = parsed.GetValue(loss),
                Reorder = parsed.GetValue(reorder),
                Duplicate = parsed.GetValue(duplicate),
                Seed = parsed.GetValue(seed),
                Release = parsed.GetValue(release),
            };
            var options = arguments.Read(out var failures);
            if (options is null || failures.Count > 0)
            {
                throw new PlainFailureException(string.Join("\nmayday: ", failures), ExitCode.WrongUse);
            }

            var sources = await ReadFilesAsync(arguments.Files, cancellation);
            return await SendAsync(sources, await options.ResolveAsync(cancellation), parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static Option<string?> Text(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };

    private static async Task<IReadOnlyList<ReplaySource>> ReadFilesAsync(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var sources = new List<ReplaySource>();
        var failures = new List<string>();
        foreach (var file in files)
        {
            try
            {
                sources.Add(ReplaySource.Parse(file, await ReadAsync(file, cancellation)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
            {
                failures.Add($"{Printable.Show(file)}: {Printable.Show(exception.Message)}");
            }
        }

        return failures.Count == 0 ? sources : throw new PlainFailureException(string.Join("\nmayday: ", failures));
    }

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellation)
    {
        if (file != "-")
        {
            return Directory.Exists(file) ? throw new IOException("it is a directory") : await File.ReadAllBytesAsync(file, cancellation);
        }

        using var content = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(content, cancellation);
        return content.ToArray();
    }

    private static async Task<int> SendAsync(
        IReadOnlyList<ReplaySource> sources, ReplayOptions options, InvocationConfiguration streams, CancellationToken cancellation)
    {
        if (options.HostName.Length > 0 && options.Format is ReplayFormat.NetconsoleBasic or ReplayFormat.Evlog)
        {
            await streams.Error.WriteLineAsync("mayday: basic netconsole and evlog have no room for a name; hosts are told by their addresses");
        }

        ReplayReport report;
        using (var progress = new SendProgress())
        {
            try
            {
                report = await new LogReplay(sources, options, TimeProvider.System).SendAsync(progress, cancellation);
            }
            catch (Exception exception) when (exception is SocketException or ArgumentException)
            {
                throw new PlainFailureException($"cannot send to {options.Target}: {Printable.Show(exception.Message)}");
            }
        }

        await streams.Output.WriteLineAsync(Summary(report));
        if (report.Refused == 0)
        {
            return ExitCode.Done;
        }

        await streams.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"mayday: {report.Refused} of {report.Sent} datagrams were refused: nothing listens on {Targets(report)}. Is the collector running?"));
        return ExitCode.Failed;
    }

    private static string Summary(ReplayReport report) => string.Create(CultureInfo.InvariantCulture,
        $"sent {report.Sent} datagrams, {report.Bytes} bytes, {report.Lost} lost on purpose, {report.Reordered} reordered, "
        + $"{report.Duplicated} duplicated, from {report.Hosts.Count} {(report.Hosts.Count == 1 ? "host" : "hosts")} to {Targets(report)} "
        + $"in {report.Elapsed.TotalSeconds:0.0} s (seed {report.Seed})");

    private static string Targets(ReplayReport report) => string.Join(" and ", report.Targets);
}
