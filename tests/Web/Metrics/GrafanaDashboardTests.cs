using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mayday.Web.Tests.Metrics;

/// <summary>docs/grafana/mayday.json asks for metrics by name: a name that no instrument has would be an empty panel that nobody notices.</summary>
public sealed partial class GrafanaDashboardTests
{
    [Fact]
    public async Task EveryQuery_NamesMetricsAndLabelsThatExist()
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres, CollectorMeter.Add);
        await host.Client.GetAsync(new Uri("/api/v1/stats/ingest", UriKind.Relative));
        var families = PrometheusFormat.Read(await host.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
        var known = families.Values.SelectMany(family => family.Type == "histogram"
            ? (IEnumerable<string>)[family.Name + "_bucket", family.Name + "_sum", family.Name + "_count"]
            : [family.Name]).ToHashSet(StringComparer.Ordinal);

        var queries = Panels().SelectMany(panel => panel["targets"]!.AsArray()).Select(target => target!["expr"]!.GetValue<string>()).ToList();

        Assert.True(queries.Count >= 10);
        Assert.All(queries, query =>
        {
            var names = MetricNames().Matches(GroupLabels().Replace(query, "")).Select(match => match.Value).ToList();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.True(known.Contains(name), $"no instrument gives {name}: {query}"));
            foreach (Match by in GroupLabels().Matches(query))
            {
                var labels = families.Values.Where(family => names.Exists(name => name.StartsWith(family.Name, StringComparison.Ordinal)))
                    .SelectMany(family => family.Samples).SelectMany(sample => sample.Labels.Keys).Append("le").ToHashSet(StringComparer.Ordinal);
                Assert.All(by.Groups["labels"].Value.Split(','), label => Assert.Contains(label.Trim(), labels));
            }
        });
    }

    [Fact]
    public void EveryPanel_SaysWhatItShowsAndHasItsPlace()
    {
        var panels = Panels();

        Assert.Equal(panels.Count, panels.Select(panel => panel["id"]!.GetValue<int>()).Distinct().Count());
        Assert.All(panels, panel =>
        {
            Assert.False(string.IsNullOrWhiteSpace(panel["title"]!.GetValue<string>()));
            Assert.False(string.IsNullOrWhiteSpace(panel["description"]!.GetValue<string>()));
            Assert.Equal("${datasource}", panel["datasource"]!["uid"]!.GetValue<string>());
            var place = panel["gridPos"]!;
            Assert.InRange(place["x"]!.GetValue<int>() + place["w"]!.GetValue<int>(), 1, 24);
        });
    }

    private static List<JsonNode> Panels() =>
        [.. JsonNode.Parse(File.ReadAllText(PathOf()))!["panels"]!.AsArray().Where(panel => panel!["type"]!.GetValue<string>() != "row").Select(panel => panel!)];

    private static string PathOf([CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "../../../docs/grafana/mayday.json");

    [GeneratedRegex(@"\b(mayday|http|dotnet|kestrel|db|process|aspnetcore)_[a-z0-9_]+")]
    private static partial Regex MetricNames();

    [GeneratedRegex(@"by \((?<labels>[^)]*)\)")]
    private static partial Regex GroupLabels();
}
