using System.Reflection;
using System.Runtime.CompilerServices;
using Mayday.Analysis;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Web.Api;
using Mayday.Web.Api.Bugs;
using Mayday.Web.Api.Crashes;
using Mayday.Web.Api.Dumps;
using Mayday.Web.Api.Events;
using Mayday.Web.Api.Hosts;
using Microsoft.AspNetCore.Mvc;

namespace Mayday.Web.Tests;

/// <summary>docs/api.md lists closed lists and parameters; a word that is added to the code and not there is found here.</summary>
public sealed class ApiDocsTests
{
    private static readonly string s_page = File.ReadAllText(PathOf());

    public static TheoryData<string> Words =>
    [
        .. WordsOf<CrashKind>(),
        .. WordsOf<CrashClass>(),
        .. WordsOf<CrashSeverity>(),
        .. Enum.GetValues<Transport>().Select(TransportNames.ToWord),
        .. ApiProblem.All.Select(problem => problem.Word),
        .. SeverityWords.All,
        .. WordsOf<EvlogFlags>().Except(["none"]),
        .. WordsOf<EvlogFormat>(),
        .. WordsOf<EventArgumentKind>(),
        .. WordsOf<EventRefusal>().Except(["none"]),
        .. EventJson.Members,
        .. new[] { typeof(CrashListParameters), typeof(BugListParameters), typeof(HostListParameters), typeof(HostLogParameters), typeof(DumpParameters), typeof(EventListParameters), typeof(EventFormatListParameters), typeof(EventBatchParameters) }
            .SelectMany(type => type.GetProperties()).Select(property => property.GetCustomAttribute<FromQueryAttribute>()!.Name!),
    ];

    [Fact]
    public void EveryWord_IsInTheDocs() => Assert.All(Words.Select(row => row.Data).Distinct(), word => Assert.Contains($"`{word}`", s_page, StringComparison.Ordinal));

    [Fact]
    public async Task EveryEndpoint_IsInTheDocs()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var document = System.Text.Json.Nodes.JsonNode.Parse(await host.Client.GetStringAsync("/openapi/v1.json"))!;

        Assert.All(
            document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject(), (path, operation) => $"`{operation.Key.ToUpperInvariant()} {path.Key}`"),
            endpoint => Assert.Contains(endpoint, s_page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryMemberOfAnAnswer_IsInTheDocs()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        var document = System.Text.Json.Nodes.JsonNode.Parse(await host.Client.GetStringAsync("/openapi/v1.json"))!;
        string[] answers = [nameof(CrashDocument), nameof(BugDetail), nameof(HostDetail), nameof(IngestStats), nameof(Completeness), nameof(EventDetailDocument), nameof(EventFormatDetailDocument), nameof(EventSpreadDocument), nameof(EventValueDocument), nameof(EventReceipt), nameof(EventRejection)];

        Assert.All(
            answers.SelectMany(name => document["components"]!["schemas"]![name]!["properties"]!.AsObject()).Select(property => property.Key).Distinct(),
            member => Assert.True(
                s_page.Contains($"`{member}`", StringComparison.Ordinal) || s_page.Contains($"\"{member}\"", StringComparison.Ordinal), $"docs/api.md does not name {member}"));
    }

    private static IEnumerable<string> WordsOf<T>()
        where T : struct, Enum =>
        Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName);

    private static string PathOf([CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "../../docs/api.md");
}
