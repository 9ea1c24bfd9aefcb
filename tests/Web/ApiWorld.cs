using System.Text.Json;
using Mayday.Store.Crashes;
using Mayday.Tests.Shared;

namespace Mayday.Web.Tests;

/// <summary>The API before a database of its own on a real Postgres.</summary>
public sealed class ApiWorld : IAsyncLifetime
{
    private PostgresFixture? _postgres;
    private ApiHost? _host;

    public HttpClient Client => _host!.Client;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _host = await ApiHost.StartAsync(_postgres.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        await _postgres!.DisposeAsync();
    }

    /// <summary>Writes dumps as the collector would, in one batch; answers the ids of their crashes.</summary>
    public async Task<IReadOnlyList<Guid>> WriteAsync(params IReadOnlyList<FinishedDump> dumps)
    {
        var written = await new CrashWriter(_postgres!.Source, TimeProvider.System).WriteAsync(dumps, CancellationToken.None);
        return [.. written.SelectMany(dump => dump.CrashIds)];
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        var answer = await Client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
