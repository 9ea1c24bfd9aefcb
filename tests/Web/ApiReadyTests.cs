using System.Net;
using System.Text.Json;
using Mayday.Tests.Shared;
using Npgsql;

namespace Mayday.Web.Tests;

/// <summary>A database that is there but is not ours to work with.</summary>
public sealed class ApiReadyTests
{
    [Theory]
    [InlineData("DELETE FROM \"__EFMigrationsHistory\"", "mayday migrate")]
    [InlineData("INSERT INTO \"__EFMigrationsHistory\" VALUES ('99990101000000_Later', '10.0.0')", "newer")]
    public async Task OtherSchema_IsNotReady_AndSaysWhatToRun(string change, string remedy)
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        await using var host = await ApiHost.StartAsync(postgres.ConnectionString);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/health/ready")).StatusCode);
        await ExecuteAsync(postgres.Source, change);
        var answer = await host.Client.GetAsync("/health/ready");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("urn:mayday:problem:schema-outdated", text, StringComparison.Ordinal);
        Assert.Contains(remedy, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_WhileNothingOldIsDeleted_SaysWhyAndWhatToRun()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        await using var host = await ApiHost.StartAsync(postgres.ConnectionString);
        Assert.Null(await NoticeAsync(host));
        await ExecuteAsync(postgres.Source,
            "INSERT INTO maintenance (id, last_at, seen_at, held_since, steady_seconds) VALUES (1, '2026-03-01 10:00Z', now(), now(), 7300)");

        var notice = await NoticeAsync(host);

        Assert.Contains("2026-03-01 10:00 UTC", notice, StringComparison.Ordinal);
        Assert.Contains("(2 so far)", notice, StringComparison.Ordinal);
        Assert.Contains("mayday retention --now", notice, StringComparison.Ordinal);
    }

    private static async Task<string?> NoticeAsync(ApiHost host)
    {
        using var answer = JsonDocument.Parse(await host.Client.GetStringAsync("/health/ready"));
        Assert.Equal("ready", answer.RootElement.GetProperty("status").GetString());
        return answer.RootElement.GetProperty("notice").GetString();
    }

    [Fact]
    public async Task MissingTables_AreToldFromOurMistakes()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        await using var host = await ApiHost.StartAsync(postgres.ConnectionString);
        await ExecuteAsync(postgres.Source, "DROP TABLE crash CASCADE");
        var answer = await host.Client.GetAsync("/api/v1/crashes");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("mayday migrate", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostgresThatGoesAndComesBack_IsFollowed()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        await using var host = await ApiHost.StartAsync(postgres.ConnectionString);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/api/v1/crashes")).StatusCode);
        var database = new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Database!;
        var elsewhere = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString;
        await using var other = NpgsqlDataSource.Create(elsewhere);
        await ExecuteAsync(other, $"ALTER DATABASE {database} ALLOW_CONNECTIONS false");
        await ExecuteAsync(other, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.GetAsync("/api/v1/crashes")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/health/live")).StatusCode);
        await ExecuteAsync(other, $"ALTER DATABASE {database} ALLOW_CONNECTIONS true");
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/api/v1/crashes")).StatusCode);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string text)
    {
        await using var command = source.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }
}
