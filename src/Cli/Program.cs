using System.CommandLine;
using System.CommandLine.Parsing;
using Mayday.Cli.Commands.Agent;
using Mayday.Cli.Commands.Analyze;
using Mayday.Cli.Commands.Events;
using Mayday.Cli.Commands.Load;
using Mayday.Cli.Commands.Roles;
using Mayday.Cli.Commands.Send;
using Mayday.Collector;
using Mayday.Collector.Receive;
using Mayday.Hosting;
using Mayday.Store.Embedded;

namespace Mayday.Cli;

/// <summary>The program <c>mayday</c>: one command per role. Exit codes: 0 success, 1 failure, 2 wrong usage.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        HandedSockets.Claim();
        var root = new RootCommand("Mayday collects the last words of dying Linux kernels from a whole fleet and says what killed them.")
        {
            UpCommand.Create(),
            CollectorCommand.Create(),
            WebCommand.Create(),
            MigrateCommand.Create(),
            SendCommand.Create(),
            LoadCommand.Create(),
            AnalyzeCommand.Create(),
            ReanalyzeCommand.Create(),
            RetentionCommand.Create(),
            ConfigCommand.Create(),
            EventsCommand.Create(),
            AgentCommand.Create(),
        };

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"mayday: {error.Message}");
            }

            var verb = "";
            for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } named; at = at.Parent)
            {
                verb = $" {named.Command.Name}{verb}";
            }

            await Console.Error.WriteLineAsync($"mayday: see `mayday{verb} --help`.");
            return ExitCode.WrongUse;
        }

        try
        {
            // The hosts inside the commands handle SIGINT and SIGTERM and need time to write their data, so no deadline is set here.
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        }
        catch (PlainFailureException failure)
        {
            await Console.Error.WriteLineAsync($"mayday: {failure.Message}");
            return failure.ExitCode;
        }
        catch (Exception plain) when (plain is CollectorStartException or EmbeddedPostgresException)
        {
            await Console.Error.WriteLineAsync($"mayday: {plain.Message}");
            return plain is CollectorStartException { IsWrongUse: true } ? ExitCode.WrongUse : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
    }
}
