using System.CommandLine;
using Mayday.Cli.Commands.Analyze;
using Mayday.Cli.Roles;
using Mayday.Hosting;
using Mayday.Hosting.Settings;
using Mayday.Store;
using Mayday.Store.Retention;

namespace Mayday.Cli.Commands.Roles;

/// <summary><c>mayday retention</c>: deletes by hand what is past retention, or lists it.</summary>
internal static class RetentionCommand
{
    public static Command Create()
    {
        var now = new Option<bool>("--now") { Description = "Delete what is past retention now, and trust the clock from here on." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Delete nothing; list the partitions that would go, with their rows." };
        var data = new Option<string?>("--data")
        {
            Description = "Data directory of the `mayday up` whose embedded Postgres is meant (default as for up).",
            HelpName = "DIR",
        };
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("retention", "Delete what is older than Store:Retention by hand, or list what would go.") { now, dryRun, data, config, database };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(now) == parsed.GetValue(dryRun))
            {
                throw new PlainFailureException("say either --now (delete what is past retention) or --dry-run (list it).", ExitCode.WrongUse);
            }

            var connection = ReanalyzeCommand.Connection(parsed.GetValue(config), parsed.GetValue(database), parsed.GetValue(data));
            return RunAsync(connection, ReadOptions(parsed.GetValue(config)), parsed.GetValue(dryRun), cancellation);
        });
        return command;
    }

    private static StoreOptions ReadOptions(string? config)
    {
        var settings = ProgramConfiguration.Load(config, new Dictionary<string, string?>());
        ProgramSettings.Check(settings, ProgramSettings.StoreOnly);
        return ProgramSettings.Read<StoreOptions>(settings, StoreOptions.Section);
    }

    private static async Task<int> RunAsync(string connection, StoreOptions options, bool dryRun, CancellationToken cancellation)
    {
        await using var source = StoreRegistration.CreateDataSource(connection);
        await RoleStart.CheckSchemaAsync(source, cancellation);
        var keeper = new PartitionKeeper(source);
        var guard = new RetentionGuard(source, TimeProvider.System);
        var time = TimeProvider.System.GetUtcNow();
        var retention = options.Retention;
        var logs = options.LogRetention;
        if (dryRun && (await guard.ReadAsync(cancellation)).Notice is { } notice)
        {
            await Console.Error.WriteLineAsync(notice);
        }

        var past = await keeper.PastRetentionAsync(time, retention, logs, cancellation);
        foreach (var (name, rows) in past)
        {
            Console.WriteLine($"{name}: {rows} rows");
        }

        if (dryRun)
        {
            Console.WriteLine($"{past.Count} partitions would be dropped with the clock at {time:yyyy-MM-dd HH:mm} UTC. Nothing was changed.");
            return ExitCode.Done;
        }

        await guard.TrustAsync(cancellation);
        var done = await keeper.MaintainAsync(time, retention, logs, cancellation);
        Console.WriteLine($"{done.Dropped.Count} partitions dropped, {done.LedgerRowsPruned} rows of ledgers deleted.");
        return ExitCode.Done;
    }
}
