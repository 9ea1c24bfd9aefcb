using System.CommandLine;
using Mayday.Analysis;
using Mayday.Cli.Roles;
using Mayday.Hosting;
using Mayday.Store;
using Mayday.Store.Embedded;
using Mayday.Store.Reanalysis;
using Npgsql;

namespace Mayday.Cli.Commands.Analyze;

/// <summary>
/// <c>mayday reanalyze</c>: analyses stored dumps again if an older analyser version processed them. A crash keeps its id if the same
/// report is found, and moves to another bug if its signature changed. May run next to a collector. An interrupted run continues where it
/// stopped.
/// </summary>
internal static class ReanalyzeCommand
{
    public static Command Create()
    {
        var all = new Option<bool>("--all") { Description = "Also analyse dumps that this version of the analyser already processed." };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Change nothing. Print which bugs would be renamed, merged, split, appear or vanish.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line for each change of a bug." };
        var data = new Option<string?>("--data")
        {
            Description = "Data directory of the `mayday up` whose embedded Postgres to use (default: the same as for up).",
            HelpName = "DIR",
        };
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("reanalyze", "Analyse stored dumps again with this version of the analyser.")
        {
            all, dryRun, json, data, config, database,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            Connection(parsed.GetValue(config), parsed.GetValue(database), parsed.GetValue(data)), parsed.GetValue(all), parsed.GetValue(dryRun), parsed.GetValue(json), cancellation));
        return command;
    }

    internal static string Connection(string? config, string? database, string? data)
    {
        var settings = new Dictionary<string, string?>();
        if (database is not null)
        {
            settings[RoleSettings.ConnectionKey] = database;
        }

        if (data is not null)
        {
            settings[DataDirectory.Key] = data;
        }

        var configuration = ProgramConfiguration.Load(config, settings);
        ProgramSettings.Check(configuration, ProgramSettings.StoreOnly);
        if (configuration[RoleSettings.ConnectionKey] is { Length: > 0 } named)
        {
            return named;
        }

        var directory = DataDirectory.Of(configuration);
        return EmbeddedPostgres.FindRunning(directory) ?? throw new PlainFailureException(
            $"no Postgres runs in {directory}. Start `mayday up --data {directory}` first, or give another Postgres with --database.");
    }

    private static async Task<int> RunAsync(string connection, bool all, bool dryRun, bool json, CancellationToken cancellation)
    {
        await using var source = StoreRegistration.CreateDataSource(connection);
        await RoleStart.CheckSchemaAsync(source, cancellation);
        var reanalysis = new Reanalyzer(source, TimeProvider.System, log => CrashAnalyzer.Analyze(log.Span), CrashAnalyzer.Version);
        if (await new DumpsForReanalysis(source).CountWithoutLogAsync(all ? int.MaxValue : CrashAnalyzer.Version, cancellation) is > 0 and var without)
        {
            await Console.Error.WriteLineAsync($"{without} dumps stay as they were understood: only their facts were kept (setting Store:Reservoir:LogsPerBugAndHour).");
        }

        var total = await reanalysis.CountAsync(all, cancellation);
        if (total == 0)
        {
            (json ? Console.Error : Console.Out).WriteLine($"Nothing to do: every stored dump was read by analyser version {CrashAnalyzer.Version}.");
            return ExitCode.Done;
        }

        ReanalysisResult result;
        using (var progress = new ProgressLine(total))
        {
            result = await reanalysis.RunAsync(all, dryRun, progress.Advance, cancellation);
            progress.Clear();
        }

        ReanalysisOutput.Write(Console.Out, result, dryRun, json);
        return ExitCode.Done;
    }
}
