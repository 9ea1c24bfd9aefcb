using Npgsql;

namespace Mayday.Store.Schema;

/// <summary>
/// The schema version that this program needs. Services check it at start. Only <c>mayday migrate</c> and <c>mayday up</c> change it.
/// </summary>
public static class SchemaVersion
{
    /// <summary>Id of the newest migration in migrations/Versions. A test keeps both in sync.</summary>
    public const string Expected = "20261201024654_Maintenance";

    internal const string HistoryTable = "__EFMigrationsHistory";

    /// <summary>Throws <see cref="SchemaVersionException"/> if the database has another schema. The message says what to run.</summary>
    public static async Task CheckAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        var newest = await NewestAsync(source, cancellation).ConfigureAwait(false);
        switch (string.CompareOrdinal(newest, Expected))
        {
            case < 0:
                throw new SchemaVersionException(newest is null
                    ? $"The database has no Mayday schema yet. Run: mayday migrate"
                    : $"The database's schema is {newest}; this program needs {Expected}. Run: mayday migrate");
            case > 0:
                throw new SchemaVersionException(
                    $"The database's schema is {newest}, newer than this program ({Expected}). Install the newer mayday here, or point it at another database.");
        }
    }

    private static async Task<string?> NewestAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        try
        {
            using var command = source.CreateCommand($"""SELECT max("MigrationId") FROM "{HistoryTable}" """);
            return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as string;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
    }
}

/// <summary>The schema of the database is not the one this program needs. The message says what to run.</summary>
public sealed class SchemaVersionException(string message) : Exception(message);
