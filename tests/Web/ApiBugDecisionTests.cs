using System.Net;
using System.Text;
using System.Text.Json;

namespace Mayday.Web.Tests;

/// <summary>Merging and splitting bugs over REST.</summary>
public sealed class ApiBugDecisionTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    [Fact]
    public async Task MergeThenSplit_MovesCrashesThereAndBack()
    {
        var a = await BugAsync("decide_a");
        var b = await BugAsync("decide_b");
        var hash = (await world.GetAsync($"/api/v1/bugs/{a}")).GetProperty("signatureHash").GetString();

        var merged = await PostAsync($"/api/v1/bugs/{a}/merge", $$"""{"into":"{{b}}","note":"one lock"}""");
        Assert.Equal((HttpStatusCode.OK, b, 1), (merged.Status, merged.Body.GetProperty("bugId").GetGuid(), merged.Body.GetProperty("crashes").GetInt32()));
        Assert.Equal(b, (await world.GetAsync($"/api/v1/bugs/{a}")).GetProperty("mergedInto").GetGuid());
        Assert.Equal(2, (await world.GetAsync($"/api/v1/bugs/{b}")).GetProperty("signatures").GetArrayLength());

        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync($"/api/v1/bugs/{a}/merge", $$"""{"into":"{{b}}"}""")).Status);
        var split = await PostAsync($"/api/v1/bugs/{b}/split", $$"""{"signatureHash":"{{hash}}"}""");
        Assert.Equal((HttpStatusCode.OK, a), (split.Status, split.Body.GetProperty("bugId").GetGuid()));
        Assert.Equal(1, (await world.GetAsync($"/api/v1/bugs/{a}")).GetProperty("crashCount").GetInt32());
    }

    [Fact]
    public async Task Mistakes_AreProblems()
    {
        var a = await BugAsync("decide_c");
        var unknown = Guid.CreateVersion7();
        await RefusedAsync($"/api/v1/bugs/{a}/merge", $$"""{"into":"{{a}}"}""", 409, "conflict");
        await RefusedAsync($"/api/v1/bugs/{a}/merge", $$"""{"into":"{{unknown}}"}""", 404, "not-found");
        await RefusedAsync($"/api/v1/bugs/{unknown}/merge", $$"""{"into":"{{a}}"}""", 404, "not-found");
        await RefusedAsync("/api/v1/bugs/17/merge", $$"""{"into":"{{a}}"}""", 404, "not-found");
        await RefusedAsync($"/api/v1/bugs/{a}/split", """{"signatureHash":"0000"}""", 404, "not-found");
        await RefusedAsync($"/api/v1/bugs/{a}/merge", """{"into":17}""", 400, "invalid-body");
        await RefusedAsync($"/api/v1/bugs/{a}/merge", "{", 400, "invalid-body");
        await RefusedAsync($"/api/v1/bugs/{a}/split", "[]", 400, "invalid-body");
        await RefusedAsync($"/api/v1/bugs/{a}/split", """{"signatureHash":"0000"}""", 400, "invalid-body", type: "text/plain");
        await RefusedAsync($"/api/v1/bugs/{a}/merge", $$"""{"into":"{{unknown}}"}""", 403, "cross-site", site: "cross-site");
        await RefusedAsync($"/api/v1/bugs/{a}/split", """{"signatureHash":"0000"}""", 403, "cross-site", site: "cross-site");
    }

    private async Task RefusedAsync(string path, string body, int status, string problem, string type = "application/json", string? site = null)
    {
        var answer = await PostAsync(path, body, type, site);
        Assert.Equal((status, "urn:mayday:problem:" + problem), ((int)answer.Status, answer.Body.GetProperty("type").GetString()));
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string body, string type = "application/json", string? site = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, type) };
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        var answer = await world.Client.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private async Task<Guid> BugAsync(string function)
    {
        var crash = Assert.Single(await world.WriteAsync(ApiDumps.Of("decided", DateTimeOffset.UtcNow, function: function)));
        return (await world.GetAsync($"/api/v1/crashes/{crash}")).GetProperty("bugId").GetGuid();
    }
}
