using System.CommandLine;
using Mayday.Cli.Roles;
using Mayday.Hosting;
using Mayday.Migrations;
using Npgsql;

namespace Mayday.Cli.Commands.Roles;

/// <summary><c>mayday migrate</c>: migrates the database to this program's schema. Services never migrate.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("migrate", "Migrate the database to this program's schema. Run it once before the services start.")
        {
            config, database,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = RoleSettings.Load(parsed.GetValue(config), parsed.GetValue(database));
            ProgramSettings.CheckWithConnection(settings, ProgramSettings.StoreOnly);
            var applied = await MigrateAsync(RoleSettings.Connection(settings), cancellation);
            Console.WriteLine(applied.Count == 0 ? "The schema is up to date." : $"Applied: {string.Join(", ", applied)}.");
            return ExitCode.Done;
        });
        return command;
    }

    public static async Task<IReadOnlyList<string>> MigrateAsync(string connection, CancellationToken cancellation)
    {
        try
        {
            return await SchemaMigrator.MigrateAsync(connection, cancellation);
        }
        catch (ArgumentException malformed)
        {
            throw new PlainFailureException($"{RoleSettings.ConnectionKey} is not a Postgres connection string: {malformed.Message}", ExitCode.WrongUse);
        }
        catch (NpgsqlException away) when (away is not PostgresException)
        {
            throw RoleStart.Unreachable(away);
        }
    }
}
