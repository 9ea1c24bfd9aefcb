using System.Net;
using System.Text;
using System.Text.Json;
using Mayday.Web.Api;
using Mayday.Web.Api.Dumps;
using Mayday.Web.Api.Ingest;

namespace Mayday.Web.Tests;

/// <summary>Errors are answers too: each has a stable type, says what is wrong and what to do. Postgres is away in all of these.</summary>
public sealed class ApiProblemTests
{
    [Theory]
    [InlineData("/api/v1/crashes?hots=a", 400, "unknown-parameter")]
    [InlineData("/api/v1/crashes/0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a?x=1", 400, "unknown-parameter")]
    [InlineData("/api/v1/stats/ingest?since=1h", 400, "unknown-parameter")]
    [InlineData("/api/v1/crashes?limit=201", 400, "invalid-parameter")]
    [InlineData("/api/v1/crashes?kind=ooops", 400, "invalid-parameter")]
    [InlineData("/api/v1/crashes?kind=oops&kind=panic", 400, "invalid-parameter")]
    [InlineData("/api/v1/crashes?q=%00", 400, "invalid-parameter")]
    [InlineData("/api/v1/bugs?sort=size", 400, "invalid-parameter")]
    [InlineData("/api/v1/hosts?since=soon", 400, "invalid-parameter")]
    [InlineData("/api/v1/crashes/17", 404, "not-found")]
    [InlineData("/api/v1/crashes/17/log", 404, "not-found")]
    [InlineData("/api/v1/crashes/%3Cscript%3E/raw", 404, "not-found")]
    [InlineData("/api/v1/bugs/17", 404, "not-found")]
    [InlineData("/api/v1/hosts/17", 404, "not-found")]
    [InlineData("/api/v1/nothing", 404, "not-found")]
    [InlineData("/api/v1", 404, "not-found")]
    [InlineData("/api/v1/dumps", 405, "method-not-allowed")]
    [InlineData("/health/ready", 503, "store-unavailable")]
    public async Task Failure_IsAProblemDocument(string path, int status, string type)
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var answer = await host.Client.GetAsync(path);

        await AssertProblem(answer, status, type);
    }

    [Theory]
    [InlineData("", "text/plain", 400, "empty-body")]
    [InlineData(" \r\n\0", "text/plain", 400, "empty-body")]
    [InlineData("{}", "application/json", 415, "unsupported-body")]
    [InlineData("--x", "multipart/form-data; boundary=x", 415, "unsupported-body")]
    [InlineData("\u007fELF....", "text/plain", 415, "unsupported-body")]
    [InlineData("KDUMP   ....", "application/octet-stream", 415, "unsupported-body")]
    public async Task Dump_ThatIsNoLog_IsRefused(string body, string contentType, int status, string type)
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        await AssertProblem(await host.Client.PostAsync("/api/v1/dumps", content), status, type);
    }

    [Fact]
    public async Task Dump_ThatIsCompressed_IsRefused()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        using var content = new ByteArrayContent([1, 2, 3]);
        content.Headers.ContentEncoding.Add("gzip");

        await AssertProblem(await host.Client.PostAsync("/api/v1/dumps", content), 415, "unsupported-body");
    }

    [Theory]
    [InlineData("/api/v1/dumps?time=soon", "time")]
    [InlineData("/api/v1/dumps?host=", "host")]
    [InlineData("/api/v1/dumps?bootId=%1b", "bootId")]
    public async Task Dump_WithABadParameter_IsRefusedByName(string path, string parameter)
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        using var content = new StringContent("a log");
        var problem = await AssertProblem(await host.Client.PostAsync(path, content), 400, "invalid-parameter");

        Assert.Equal(parameter, problem.GetProperty("errors")[0].GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", true)]
    [InlineData("Sec-Fetch-Site", "same-site", true)]
    [InlineData("Sec-Fetch-Site", "same-origin", false)]
    [InlineData("Origin", "https://elsewhere.example", true)]
    [InlineData("Origin", "null", true)]
    [InlineData("Origin", "SELF", false)]
    public async Task Dump_FromAnotherSitesPage_IsRefused(string header, string value, bool refused)
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dumps") { Content = new StringContent("") };
        request.Headers.Add(header, value == "SELF" ? host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) : value);
        var answer = await host.Client.SendAsync(request);

        await AssertProblem(answer, refused ? 403 : 400, refused ? "cross-site" : "empty-body");
    }

    [Fact]
    public async Task Dump_PromisedLargerThanTheLimit_IsRefusedBeforeItIsSent()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dumps");
        request.Content = new StreamContent(new MemoryStream(new byte[DumpText.MaxBytes + 1]));
        request.Headers.ExpectContinue = true;

        await AssertProblem(await host.Client.SendAsync(request), 413, "body-too-large");
    }

    [Fact]
    public async Task Dump_StreamedBeyondTheLimit_IsRefusedAndItsMemoryGivenBack()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var budget = (IntakeBudget)host.Services.GetService(typeof(IntakeBudget))!;
        var (status, body) = await ApiSocket.PostChunkedAsync(host.Client.BaseAddress!, "/api/v1/dumps", DumpText.MaxBytes + 1L);

        Assert.Equal(413, status);
        Assert.Contains("urn:mayday:problem:body-too-large", body, StringComparison.Ordinal);
        Assert.Equal(0, budget.Taken);
    }

    [Fact]
    public async Task Dump_WhenTheBudgetIsTaken_IsToldToComeAgain()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var budget = (IntakeBudget)host.Services.GetService(typeof(IntakeBudget))!;
        Assert.True(budget.TryTake(IntakeBudget.DefaultCapacity));
        using var content = new StringContent("a log");
        var answer = await host.Client.PostAsync("/api/v1/dumps", content);

        await AssertProblem(answer, 503, "intake-busy");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task Process_WithoutPostgres_IsAliveAndSaysWhenToRetry()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var ready = await host.Client.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), ready.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task WrongMethod_IsToldTheRightOne()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var answer = await host.Client.DeleteAsync("/api/v1/crashes");

        await AssertProblem(answer, 405, "method-not-allowed");
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow);
    }

    [Fact]
    public void ProblemTypes_AreWordsOfTheirOwn() => Assert.Equal(ApiProblem.All.Count, ApiProblem.All.Select(problem => problem.Word).Distinct().Count());

    private static async Task<JsonElement> AssertProblem(HttpResponseMessage answer, int status, string type)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotContain('<', text);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(ApiProblem.TypePrefix + type, problem.GetProperty("type").GetString());
        Assert.Equal(ApiProblem.All.Single(known => known.Word == type).Title, problem.GetProperty("title").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }
}
