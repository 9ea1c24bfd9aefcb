using Mayday.Migrations;
using Mayday.Store.Schema;
using Mayday.Tests.Shared;
using Npgsql;

namespace Mayday.Store.Tests;

public sealed class SchemaTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Remedy = "run migrations/add NAME (or migrations/add alone for the script only)";

    [Fact]
    public void Model_WithoutAMigration_IsCaught() =>
        Assert.False(SchemaMigrator.HasPendingModelChanges(), $"src/Store/Schema changed and no migration says so: {Remedy}");

    [Fact]
    public void SqlScript_OfTheMigrations_IsCurrent()
    {
        var script = File.ReadAllText(Path.Combine(Root(), "migrations", "Mayday.sql"));
        Assert.True(script == SchemaMigrator.IdempotentScript(), $"migrations/Mayday.sql is not what the migrations say: {Remedy}");
    }

    [Fact]
    public void SchemaVersion_Expected_IsTheNewestMigration() => Assert.Equal(SchemaVersion.Expected, SchemaMigrator.Versions()[^1]);

    [Fact]
    public async Task MigrateAsync_Twice_AppliesNothingTheSecondTime() => Assert.Empty(await SchemaMigrator.MigrateAsync(postgres.ConnectionString, default));

    [Fact]
    public async Task CheckAsync_CurrentSchema_Passes() => await SchemaVersion.CheckAsync(postgres.Source, default);

    [Fact]
    public async Task CheckAsync_EmptyDatabase_SaysWhatToRun()
    {
        var settings = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "postgres" };
        await using var empty = NpgsqlDataSource.Create(settings.ConnectionString);
        var wrong = await Assert.ThrowsAsync<SchemaVersionException>(() => SchemaVersion.CheckAsync(empty, default));
        Assert.Contains("mayday migrate", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20000101000000_Older", "mayday migrate")]
    [InlineData("99990101000000_Newer", "newer mayday")]
    public async Task CheckAsync_AnotherSchema_SaysWhatToDo(string version, string remedy)
    {
        await using var other = await PostgresFixture.CreateAsync();
        await using var command = other.Source.CreateCommand(
            """
            WITH newest AS (SELECT max("MigrationId") AS id FROM "__EFMigrationsHistory"),
            rest AS (DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" <> (SELECT id FROM newest))
            UPDATE "__EFMigrationsHistory" SET "MigrationId" = $1 WHERE "MigrationId" = (SELECT id FROM newest)
            """);
        command.Parameters.AddWithValue(version);
        await command.ExecuteNonQueryAsync();
        var wrong = await Assert.ThrowsAsync<SchemaVersionException>(() => SchemaVersion.CheckAsync(other.Source, default));
        Assert.Contains(version, wrong.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SqlScript_RunTwiceOnAnEmptyDatabase_MakesTheSchema()
    {
        await using var other = await PostgresFixture.CreateAsync();
        await ExecuteAsync(other.Source, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        // The transaction commands inside the script are psql's business; a batch of its own each time.
        await ExecuteAsync(other.Source, SchemaMigrator.IdempotentScript());
        await ExecuteAsync(other.Source, SchemaMigrator.IdempotentScript());
        await SchemaVersion.CheckAsync(other.Source, default);
        Assert.Empty(await SchemaMigrator.MigrateAsync(other.ConnectionString, default));
    }

    [Theory]
    [InlineData("dump", "log")]
    [InlineData("dump", "datagrams")]
    [InlineData("crash", "report")]
    [InlineData("crash", "extract")]
    [InlineData("event", "raw")]
    public async Task GrowingTables_LargeColumns_AreLz4InEveryPartition(string table, string column)
    {
        await using var command = postgres.Source.CreateCommand(
            """
            SELECT count(*) FILTER (WHERE a.attcompression = 'l'), count(*)
            FROM pg_inherits i JOIN pg_attribute a ON a.attrelid = i.inhrelid WHERE i.inhparent = $1::regclass AND a.attname = $2
            """);
        command.Parameters.AddWithValue(table);
        command.Parameters.AddWithValue(column);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.True(reader.GetInt64(1) > 1);
        Assert.Equal(reader.GetInt64(1), reader.GetInt64(0));
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string text)
    {
        await using var command = source.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }

    private static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Mayday.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
