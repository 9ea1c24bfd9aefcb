using System.Net;
using System.Text.Json;

namespace Mayday.Web.Tests;

/// <summary>Filters that cannot be read, over HTTP. No database is needed to refuse.</summary>
public sealed class ApiFilterTests
{
    [Theory]
    [InlineData("crashes", "kind:kassan", 6, "kasan")]
    [InlineData("crashes", "host:web && functoin = f", 13, "function")]
    [InlineData("bugs", "crashes > many", 11, null)]
    [InlineData("bugs", "(kind:oops", 11, null)]
    [InlineData("hosts", "adress:10.*", 1, "address")]
    [InlineData("hosts", "lastSeen > yesterday", 12, null)]
    [InlineData("events", "severity <= er && pid = 1", 13, "err")]
    [InlineData("events", "text ~ \"(\"", 9, null)]
    [InlineData("crashes", "\0", 1, null)]
    public async Task FilterWithAMistake_IsRefusedWithColumnAndSuggestion(string list, string filter, int column, string? suggestion)
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);

        var answer = await host.Client.GetAsync($"/api/v1/{list}?filter={Uri.EscapeDataString(filter)}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("urn:mayday:problem:invalid-parameter", problem.GetProperty("type").GetString());
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray().ToList());
        Assert.Equal("filter", error.GetProperty("parameter").GetString());
        Assert.Equal(column, error.GetProperty("column").GetInt32());
        Assert.Equal(suggestion, error.TryGetProperty("suggestion", out var near) ? near.GetString() : null);
    }

    [Theory]
    [InlineData("crashes")]
    [InlineData("bugs")]
    [InlineData("hosts")]
    [InlineData("events")]
    public async Task FilterBeyondItsBounds_IsRefused(string list)
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);

        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.GetAsync($"/api/v1/{list}?filter={new string('x', 4097)}")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.GetAsync($"/api/v1/{list}?filter={string.Join('+', Enumerable.Repeat("x", 65))}")).StatusCode);
    }
}
