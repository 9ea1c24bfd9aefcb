using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Web.Tests;

/// <summary>What others build on: the list of endpoints and the OpenAPI document. A difference here is a change of the contract.</summary>
public sealed class ApiContractTests
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    [Fact]
    public async Task Endpoints_AreTheListedOnes()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var endpoints = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => string.Join(
                ',', endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []) + " " + endpoint.RoutePattern.RawText
                + " " + endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName)
            .Order(StringComparer.Ordinal);

        ApiSnapshot.Matches("ApiEndpoints.txt", string.Join('\n', endpoints) + "\n");
    }

    [Fact]
    public async Task Document_IsTheAgreedOne()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var document = JsonNode.Parse(await host.Client.GetStringAsync("/openapi/v1.json"))!;

        ApiSnapshot.Matches("ApiDocument.json", document.ToJsonString(s_indented) + "\n");
    }

    [Fact]
    public async Task EveryOperation_HasNameSummaryAndTag()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var document = JsonNode.Parse(await host.Client.GetStringAsync("/openapi/v1.json"))!;

        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(entry => entry.Value!).ToList();
        Assert.NotEmpty(operations);
        Assert.All(operations, operation =>
        {
            Assert.NotNull(operation["operationId"]);
            Assert.NotNull(operation["summary"]);
            Assert.Single(operation["tags"]!.AsArray());
        });
    }

    [Fact]
    public async Task Page_ComesWithItsScriptsFromThisServerOnly()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var page = await host.Client.GetAsync("/api");
        var html = await page.Content.ReadAsStringAsync();

        Assert.Equal(System.Net.HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Mayday API", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.True((await host.Client.GetByteArrayAsync("/api/swagger-ui-bundle.js")).Length > 100_000);
    }
}
