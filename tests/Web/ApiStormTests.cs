using System.Net;
using System.Text.Json;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Web.Tests;

public sealed class ApiStormTests : IAsyncLifetime
{
    private PostgresFixture _postgres = null!;
    private ApiHost _host = null!;
    private IReadOnlyList<WrittenDump> _written = [];

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _host = await ApiHost.StartAsync(_postgres.ConnectionString, services => services.AddSingleton(new StormOptions { Machines = 20 }));
        var now = DateTimeOffset.UtcNow;
        _written = await new CrashWriter(_postgres.Source, TimeProvider.System, new ReservoirOptions { LogsPerBugAndHour = 4 }).WriteAsync(
            [.. Enumerable.Range(0, 60).Select(number => ApiDumps.Of($"web-{number}", now.AddMilliseconds(number), function: "storm_here"))], default);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task Storms_AreListedWithTheirCounts()
    {
        var storm = Assert.Single((await GetAsync("/api/v1/storms")).GetProperty("items").EnumerateArray());

        Assert.Equal("storm_here", storm.GetProperty("function").GetString());
        Assert.True(storm.GetProperty("live").GetBoolean());
        Assert.Equal((60, 60, 4, 56), (
            storm.GetProperty("machines").GetInt32(), storm.GetProperty("crashes").GetInt32(), storm.GetProperty("logsKept").GetInt32(), storm.GetProperty("logsLeftOut").GetInt32()));
    }

    [Fact]
    public async Task Crash_WithoutItsLog_SaysSoAndKeepsItsFacts()
    {
        var id = _written.First(dump => !dump.IsLogKept).CrashIds[0];

        var crash = await GetAsync($"/api/v1/crashes/{id}");

        Assert.False(crash.GetProperty("logKept").GetBoolean());
        Assert.Contains("Store:Reservoir:LogsPerBugAndHour", crash.GetProperty("logReason").GetString(), StringComparison.Ordinal);
        Assert.Equal("storm_here", crash.GetProperty("frames")[0].GetProperty("function").GetString());
        foreach (var form in new[] { "log", "raw" })
        {
            var answer = await _host.Client.GetAsync($"/api/v1/crashes/{id}/{form}");
            Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal("urn:mayday:problem:log-not-kept", problem.GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task Crash_WithItsLog_HasNoReason()
    {
        var id = _written.First(dump => dump.IsLogKept).CrashIds[0];

        var crash = await GetAsync($"/api/v1/crashes/{id}");

        Assert.Equal((true, JsonValueKind.Null), (crash.GetProperty("logKept").GetBoolean(), crash.GetProperty("logReason").ValueKind));
        Assert.Equal(HttpStatusCode.OK, (await _host.Client.GetAsync($"/api/v1/crashes/{id}/log")).StatusCode);
    }

    private async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await _host.Client.GetStringAsync(path)).RootElement;
}
