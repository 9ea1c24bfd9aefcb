using Microsoft.Extensions.Configuration;

namespace Mayday.Hosting;

/// <summary>Settings of a role that runs alone and must therefore be told where Postgres is.</summary>
public static class RoleSettings
{
    public const string ConnectionKey = "Store:ConnectionString";

    public static IConfigurationRoot Load(string? file, string? connection)
    {
        var settings = new Dictionary<string, string?>();
        if (connection is not null)
        {
            settings[ConnectionKey] = connection;
        }

        var configuration = ProgramConfiguration.Load(file, settings);
        if (string.IsNullOrWhiteSpace(configuration[ConnectionKey]))
        {
            throw new PlainFailureException(
                $"{ConnectionKey} is not set, so there is no Postgres to connect to. "
                + "Set it in the settings file, as MAYDAY_Store__ConnectionString in the "
                + "environment, or with --database; `mayday up` runs its own Postgres.", ExitCode.WrongUse);
        }

        return configuration;
    }

    public static string Connection(IConfiguration configuration) => configuration[ConnectionKey]!;
}
