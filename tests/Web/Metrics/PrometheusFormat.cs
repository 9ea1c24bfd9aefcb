using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Mayday.Web.Tests.Metrics;

/// <summary>A line of samples as a Prometheus reads it.</summary>
public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>One family: its type and its samples.</summary>
public sealed record Family(string Name, string Type, string Help, List<Sample> Samples);

/// <summary>
/// Reads the text format 0.0.4 as strictly as its description (https://prometheus.io/docs/instrumenting/exposition_formats/) and refuses whatever
/// breaks a rule; written from the description, not from the writer.
/// </summary>
public static partial class PrometheusFormat
{
    public static IReadOnlyDictionary<string, Family> Read(string text)
    {
        Assert.True(text.Length == 0 || text[^1] == '\n', "the last line must end with a line feed");
        Assert.DoesNotContain('\r', text);
        var families = new Dictionary<string, Family>(StringComparer.Ordinal);
        Family? current = null;
        var help = "";
        var helpOf = "";
        foreach (var line in text.Split('\n').SkipLast(1))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ', 4);
                (helpOf, help) = (parts[2], Unescape(parts[3], isLabel: false));
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                Assert.Equal(4, parts.Length);
                Assert.Matches(MetricNames(), parts[2]);
                Assert.Contains(parts[3], (string[])["counter", "gauge", "histogram", "summary", "untyped"]);
                Assert.Equal(helpOf, parts[2]);
                current = new Family(parts[2], parts[3], help, []);
                Assert.True(families.TryAdd(parts[2], current), $"{parts[2]} is two families");
            }
            else
            {
                var sample = ReadSample(line);
                Assert.NotNull(current);
                Assert.Contains(sample.Name, NamesOf(current));
                current.Samples.Add(sample);
            }
        }

        Assert.All(families.Values, Check);
        return families;
    }

    private static string[] NamesOf(Family family) =>
        family.Type == "histogram" ? [family.Name + "_bucket", family.Name + "_sum", family.Name + "_count"] : [family.Name];

    private static void Check(Family family)
    {
        var keys = family.Samples.Select(sample => sample.Name + "{" + string.Join(',', sample.Labels.OrderBy(label => label.Key, StringComparer.Ordinal)) + "}").ToList();
        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
        if (family.Type == "counter")
        {
            Assert.EndsWith("_total", family.Name, StringComparison.Ordinal);
            Assert.All(family.Samples, sample => Assert.True(sample.Value >= 0));
        }

        if (family.Type == "histogram")
        {
            foreach (var series in family.Samples.GroupBy(sample => string.Join(',', sample.Labels.Where(label => label.Key != "le").OrderBy(label => label.Key, StringComparer.Ordinal))))
            {
                var buckets = series.Where(sample => sample.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToList();
                var bounds = buckets.Select(bucket => Number(bucket.Labels["le"])).ToList();
                Assert.Equal(bounds.Order(), bounds);
                Assert.Equal(double.PositiveInfinity, bounds[^1]);
                Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
                Assert.Equal(buckets[^1].Value, series.Single(sample => sample.Name.EndsWith("_count", StringComparison.Ordinal)).Value);
                Assert.Single(series, sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal));
            }
        }
    }

    private static Sample ReadSample(string line)
    {
        var match = Samples().Match(line);
        Assert.True(match.Success, $"no sample: {line}");
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = match.Groups["labels"].Value;
        while (rest.Length > 0)
        {
            var label = Labels().Match(rest);
            Assert.True(label.Success, $"no label: {rest} in {line}");
            labels.Add(label.Groups["name"].Value, Unescape(label.Groups["value"].Value, isLabel: true));
            rest = rest[label.Length..];
        }

        return new Sample(match.Groups["name"].Value, labels, Number(match.Groups["value"].Value));
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string text, bool isLabel)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            i++;
            plain.Append(text[i] switch
            {
                'n' => '\n',
                '\\' => '\\',
                '"' when isLabel => '"',
                var other => throw new FormatException($"\\{other} is no escape"),
            });
        }

        return plain.ToString();
    }

    [GeneratedRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    private static partial Regex MetricNames();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)$""")]
    private static partial Regex Samples();

    [GeneratedRegex("""^(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\\n]|\\.)*)"(,|$)""")]
    private static partial Regex Labels();
}
