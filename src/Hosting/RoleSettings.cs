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

        return ProgramConfiguration.Load(file, settings);
    }

    /// <summary>The mistake of a role that needs Postgres and is told of none.</summary>
    public static IReadOnlyList<string> FindMissing(IConfiguration configuration) => string.IsNullOrWhiteSpace(configuration[ConnectionKey])
        ?
        [
            $"{ConnectionKey} is not set, so there is no Postgres to use. Set it in the settings file, as MAYDAY_Store__ConnectionString in the "
            + "environment, or with --database; `mayday up` runs a Postgres of its own.",
        ]
        : [];

    public static string Connection(IConfiguration configuration) => configuration[ConnectionKey]!;
}
