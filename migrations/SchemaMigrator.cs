using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Mayday.Store.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Mayday.Migrations;

/// <summary>Brings a database to the newest schema. Safe to run again, and by several at once: EF Core holds a lock in the database.</summary>
public static class SchemaMigrator
{
    /// <summary>Applies what is missing and makes the first partitions.</summary>
    /// <returns>Names of the migrations that were applied now, oldest first.</returns>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken cancellation)
    {
        await using var context = Open(connectionString);
        var pending = (await context.Database.GetPendingMigrationsAsync(cancellation)).ToArray();
        await context.Database.MigrateAsync(cancellation);

        // Today's partition has to be there before the first dump is. Nothing is dropped here: how long data is kept (Store:Retention) is the
        // services' to know.
        await using var source = NpgsqlDataSource.Create(connectionString);
        await new PartitionKeeper(source).MakeAheadAsync(DateTimeOffset.UtcNow, cancellation);
        return pending;
    }

    /// <summary>True when the model in src/Store was changed and no migration made of it.</summary>
    public static bool HasPendingModelChanges()
    {
        using var context = Open(connectionString: null);
        return context.Database.HasPendingModelChanges();
    }

    /// <summary>The script for those who let no program change their schema; the same text as migrations/Mayday.sql.</summary>
    public static string IdempotentScript()
    {
        using var context = Open(connectionString: null);
        return context.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent)
            .ReplaceLineEndings("\n").TrimEnd() + "\n";
    }

    /// <summary>Ids of all migrations this program knows, oldest first.</summary>
    public static IReadOnlyList<string> Versions()
    {
        using var context = Open(connectionString: null);
        return [.. context.Database.GetMigrations()];
    }

    internal static MaydayContext Open(string? connectionString) =>
        new(MaydayContext.Options(connectionString ?? "Host=/nowhere", typeof(SchemaMigrator).Assembly.GetName().Name!));
}
