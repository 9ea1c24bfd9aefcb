using System.Globalization;
using System.Text;

namespace Mayday.Web.Metrics;

/// <summary>
/// The text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/): every family once, its samples together; a
/// family without samples still says that it exists.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<InstrumentSeries> instruments)
    {
        var text = new StringBuilder(32 << 10);
        foreach (var family in instruments.GroupBy(instrument => instrument.Name, StringComparer.Ordinal).OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            // Two meters may have an instrument of one name; a family has one type and no series twice.
            var first = family.First();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            text.Append("# HELP ").Append(first.Name).Append(' ').Append(first.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            text.Append("# TYPE ").Append(first.Name).Append(' ').Append(WordOf(first.Type)).Append('\n');
            foreach (var instrument in family.Where(instrument => instrument.Type == first.Type))
            {
                foreach (var series in instrument.Read())
                {
                    if (seen.Add(series.Labels))
                    {
                        WriteSeries(text, instrument, series);
                    }
                }
            }
        }

        return text.ToString();
    }

    private static void WriteSeries(StringBuilder text, InstrumentSeries instrument, MetricSeries series)
    {
        if (instrument.Type != MetricType.Histogram)
        {
            WriteSample(text, instrument.Name, "", series.Labels, null, series.Value);
            return;
        }

        long below = 0;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            below += series.Buckets[i];
            WriteSample(text, instrument.Name, "_bucket", series.Labels, i < instrument.Boundaries.Count ? Number(instrument.Boundaries[i]) : "+Inf", below);
        }

        WriteSample(text, instrument.Name, "_sum", series.Labels, null, series.Value);
        WriteSample(text, instrument.Name, "_count", series.Labels, null, series.Count);
    }

    private static void WriteSample(StringBuilder text, string name, string suffix, string labels, string? bound, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            text.Append('{').Append(labels);
            if (bound is not null)
            {
                text.Append(labels.Length > 0 ? "," : "").Append("le=\"").Append(bound).Append('"');
            }

            text.Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string WordOf(MetricType type) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
