using Mayday.Store;
using Npgsql;
using Xunit;

namespace Mayday.Tests.Shared;

/// <summary>
/// A fresh, migrated database on a real Postgres for one test class: <c>IClassFixture&lt;PostgresFixture&gt;</c>. Or, where one test needs
/// a database to itself, <see cref="CreateAsync"/> and <c>await using</c>.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private TestCluster? _cluster;

    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource Source { get; private set; } = null!;

    public static async Task<PostgresFixture> CreateAsync()
    {
        var fixture = new PostgresFixture();
        await fixture.InitializeAsync();
        return fixture;
    }

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.SharedAsync();
        ConnectionString = await _cluster.CreateDatabaseAsync();
        Source = StoreRegistration.CreateDataSource(ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await Source.DisposeAsync();
            await _cluster.DropDatabaseAsync(ConnectionString);
        }
    }
}
