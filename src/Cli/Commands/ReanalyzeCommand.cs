using System.CommandLine;
using Mayday.Analysis;
using Mayday.Cli.Hosting;
using Mayday.Store;
using Mayday.Store.Embedded;
using Npgsql;

namespace Mayday.Cli.Commands;

/// <summary>
/// <c>mayday reanalyze</c>: dumps that an older analyser read are read again; crashes keep their ids where the same report is found, and
/// move to other bugs where it is named otherwise. Runs beside a collector; what is stopped half-way goes on where it stood.
/// </summary>
internal static class ReanalyzeCommand
{
    public static Command Create()
    {
        var all = new Option<bool>("--all") { Description = "Also dumps that this version of the analyser read already." };
        var data = new Option<string?>("--data")
        {
            Description = "Data directory of the `mayday up` whose embedded Postgres is meant (default as for up).",
            HelpName = "DIR",
        };
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("reanalyze", "Read stored dumps again with this version's analyser.") { all, data, config, database };
        command.SetAction((parsed, cancellation) => RunAsync(
            Connection(parsed.GetValue(config), parsed.GetValue(database), parsed.GetValue(data)), parsed.GetValue(all), cancellation));
        return command;
    }

    private static string Connection(string? config, string? database, string? data)
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
        if (configuration[RoleSettings.ConnectionKey] is { Length: > 0 } named)
        {
            return named;
        }

        var directory = DataDirectory.Of(configuration);
        return EmbeddedPostgres.FindRunning(directory) ?? throw new PlainFailureException(
            $"no Postgres runs in {directory}. Start `mayday up --data {directory}` first, or name another Postgres with --database.");
    }

    private static async Task<int> RunAsync(string connection, bool all, CancellationToken cancellation)
    {
        await using var source = StoreRegistration.CreateDataSource(connection);
        await RoleStart.CheckSchemaAsync(source, cancellation);
        var dumps = new DumpsForReanalysis(source);
        var rewriter = new CrashRewriter(source, TimeProvider.System);
        var version = all ? int.MaxValue : CrashAnalyzer.Version;
        var total = await dumps.CountAsync(version, cancellation);
        if (total == 0)
        {
            Console.WriteLine($"Nothing to do: every stored dump was read by analyser version {CrashAnalyzer.Version}.");
            return ExitCode.Done;
        }

        using var progress = new ProgressLine(total);
        var sum = new RewrittenDump(0, 0, 0, 0, 0);
        long reset;
        do
        {
            // Removing a crash may ask for its other witnesses to be read again: until a round asks for none.
            reset = sum.Reset;
            await foreach (var dump in dumps.ReadAsync(version, cancellation))
            {
                var fresh = dump with { Crashes = CrashAnalyzer.Analyze(dump.Log.Span), AnalyzerVersion = CrashAnalyzer.Version, AnalysisFailure = null };
                if (await rewriter.ReplaceAsync(fresh, cancellation) is { } change)
                {
                    sum = new RewrittenDump(
                        sum.Kept + change.Kept, sum.Moved + change.Moved, sum.Added + change.Added, sum.Removed + change.Removed, sum.Reset + change.Reset);
                }

                progress.Advance();
            }

            version = CrashAnalyzer.Version;
        }
        while (sum.Reset > reset);

        progress.Clear();
        Console.WriteLine(
            $"Read {total} dumps again: {sum.Kept} crashes kept, {sum.Moved} of them moved to another bug, {sum.Added} added, {sum.Removed} removed.");
        return ExitCode.Done;
    }
}
