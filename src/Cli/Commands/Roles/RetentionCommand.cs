using System.CommandLine;
using Mayday.Cli.Commands.Analyze;
using Mayday.Cli.Roles;
using Mayday.Hosting;
using Mayday.Hosting.Settings;
using Mayday.Store;
using Mayday.Store.Retention;

namespace Mayday.Cli.Commands.Roles;

/// <summary><c>mayday retention</c>: manually deletes data that is past retention, or lists it.</summary>
internal static class RetentionCommand
{
    public static Command Create()
    {
        var now = new Option<bool>("--now") { Description = "Delete data that is past retention now, and trust the clock from now on." };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Delete nothing. List the partitions that would be deleted, with their row counts.",
        };
        var data = new Option<string?>("--data")
        {
            Description = "Data directory of the `mayday up` whose embedded Postgres to use (default: the same as for up).",
            HelpName = "DIR",
        };
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("retention", "Delete data that is older than Store:Retention manually, or list what would be deleted.")
        {
            now,
            dryRun,
            data,
            config,
            database,
        };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(now) == parsed.GetValue(dryRun))
            {
                throw new PlainFailureException("give either --now (delete data past retention) or --dry-run (list it).", ExitCode.WrongUse);
            }

            var connection = ReanalyzeCommand.Connection(parsed.GetValue(config), parsed.GetValue(database), parsed.GetValue(data));
            return RunAsync(connection, ReadOptions(parsed.GetValue(config)), parsed.GetValue(dryRun), parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static StoreOptions ReadOptions(string? config)
    {
        var settings = ProgramConfiguration.Load(config, new Dictionary<string, string?>());
        ProgramSettings.Check(settings, ProgramSettings.StoreOnly);
        return ProgramSettings.Read<StoreOptions>(settings, StoreOptions.Section);
    }

    private static async Task<int> RunAsync(
        string connection, StoreOptions options, bool dryRun, InvocationConfiguration streams, CancellationToken cancellation)
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
            await streams.Error.WriteLineAsync(notice);
        }

        var past = await keeper.PastRetentionAsync(time, retention, logs, cancellation);
        foreach (var (name, rows) in past)
        {
            await streams.Output.WriteLineAsync($"{name}: {rows} rows");
        }

        if (dryRun)
        {
            await streams.Output.WriteLineAsync(
                $"{past.Count} partitions would be dropped with the clock at {time:yyyy-MM-dd HH:mm} UTC. Nothing was changed.");
            return ExitCode.Done;
        }

        await guard.TrustAsync(cancellation);
        var done = await keeper.MaintainAsync(time, retention, logs, cancellation);
        await streams.Output.WriteLineAsync($"{done.Dropped.Count} partitions dropped, {done.LedgerRowsPruned} rows of ledgers deleted.");
        return ExitCode.Done;
    }
}
