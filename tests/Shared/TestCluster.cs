using System.Diagnostics;
using System.Globalization;
using Mayday.Migrations;
using Mayday.Store.Embedded;
using Npgsql;

namespace Mayday.Tests.Shared;

/// <summary>
/// One private Postgres for all tests of a process, made by the same class as that of <c>mayday up</c>; or, with MAYDAY_TEST_DB (a
/// connection string whose user may create databases), a server that is there already. Holds a migrated template that each test class gets
/// a copy of.
/// </summary>
internal sealed class TestCluster
{
    // Seconds to connect: a machine that builds and tests at once keeps Postgres waiting for longer than Npgsql's 15.
    private const int Patience = 60;

    private const string Variable = "MAYDAY_TEST_DB";

    private static readonly Lazy<Task<TestCluster>> s_shared = new(StartAsync);
    private static int s_databases;

    private readonly string _connectionString;
    private readonly string _template;

    private TestCluster(string connectionString, string template)
    {
        _connectionString = connectionString;
        _template = template;
    }

    public static Task<TestCluster> SharedAsync() => s_shared.Value;

    /// <summary>A fresh, migrated database; about 50 ms.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"mayday_test_{Environment.ProcessId}_{Interlocked.Increment(ref s_databases)}");
        await ExecuteAsync(_connectionString, $"CREATE DATABASE {name} TEMPLATE {_template}");
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name, MaxPoolSize = 20, Timeout = Patience }.ConnectionString;
    }

    public async Task DropDatabaseAsync(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await ExecuteAsync(_connectionString, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    }

    private static async Task<TestCluster> StartAsync()
    {
        var server = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : await StartPrivateAsync();
        var template = string.Create(CultureInfo.InvariantCulture, $"mayday_template_{Environment.ProcessId}");
        await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {template} WITH (FORCE)");
        await ExecuteAsync(server, $"CREATE DATABASE {template}");
        var connection = new NpgsqlConnectionStringBuilder(server) { Database = template, Pooling = false, Timeout = Patience }.ConnectionString;
        await SchemaMigrator.MigrateAsync(connection, CancellationToken.None);
        NpgsqlConnection.ClearAllPools();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 })
            {
                ExecuteAsync(server, $"DROP DATABASE IF EXISTS {template} WITH (FORCE)").GetAwaiter().GetResult();
            }
        };
        return new TestCluster(server, template);
    }

    private static async Task<string> StartPrivateAsync()
    {
        await RemoveAbandonedAsync();
        var directory = DirectoryOf(Environment.ProcessId);
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataDirectory = directory,
                // Nothing here has to outlive a power cut; test classes run side by side.
                Settings = new Dictionary<string, string>
                {
                    ["fsync"] = "off",
                    ["full_page_writes"] = "off",
                    ["synchronous_commit"] = "off",
                    ["max_connections"] = "200",
                    ["shared_buffers"] = "128MB",
                },
            },
            logger: null,
            CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            postgres.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Directory.Delete(directory, recursive: true);
        };
        return new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "postgres", Timeout = Patience }.ConnectionString;
    }

    /// <summary>Test processes that were killed leave a server behind: stopped here, by its own class, once its owner is gone.</summary>
    private static async Task RemoveAbandonedAsync()
    {
        foreach (var directory in Directory.EnumerateDirectories(Path.GetTempPath(), "mayday-tests-*"))
        {
            if (!int.TryParse(directory.AsSpan(directory.LastIndexOf('-') + 1), CultureInfo.InvariantCulture, out var owner) || IsAlive(owner))
            {
                continue;
            }

            try
            {
                var abandoned = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = directory }, logger: null, CancellationToken.None);
                await abandoned.DisposeAsync();
                Directory.Delete(directory, recursive: true);
            }
            catch (Exception e) when (e is EmbeddedPostgresException or IOException or UnauthorizedAccessException or NpgsqlException)
            {
                // Another test process cleans it up at the same moment, or it is somebody else's.
            }
        }
    }

    private static string DirectoryOf(int process) => Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"mayday-tests-{process}"));

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task ExecuteAsync(string connectionString, string text)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = Patience }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }
}
