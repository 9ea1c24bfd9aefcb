using System.Text;

namespace Mayday.Web.Metrics;

/// <summary>What a family is, in the words of the text format.</summary>
internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// Names of the text format made from dotted instrument names and units, by the rules that OpenTelemetry has for it
/// (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/): the same names that its exporters give.
/// </summary>
internal static class MetricName
{
    private const string Total = "_total";

    public static string Of(string instrument, string? unit, MetricType type)
    {
        var name = Clean(instrument, isLabel: false);
        if (type == MetricType.Counter && name.EndsWith(Total, StringComparison.Ordinal))
        {
            name = name[..^Total.Length];
        }

        var word = WordOf(unit, type);
        if (word.Length > 0 && name != word && !name.EndsWith("_" + word, StringComparison.Ordinal))
        {
            name += "_" + word;
        }

        return type == MetricType.Counter ? name + Total : name;
    }

    /// <summary>The name of a label; <c>le</c> is the text format's own.</summary>
    public static string OfLabel(string tag)
    {
        var name = Clean(tag, isLabel: true);
        return name == "le" ? "tag_le" : name;
    }

    // [a-zA-Z_:][a-zA-Z0-9_:]*, a label without the colon; a run of other characters is one underscore (two at the front are reserved).
    private static string Clean(string text, bool isLabel)
    {
        var clean = new StringBuilder(text.Length + 1);
        foreach (var letter in text)
        {
            var isGood = char.IsAsciiLetterOrDigit(letter) || (letter == ':' && !isLabel);
            if (isGood)
            {
                if (clean.Length == 0 && char.IsAsciiDigit(letter))
                {
                    clean.Append('_');
                }

                clean.Append(letter);
            }
            else if (clean.Length == 0 || clean[^1] != '_')
            {
                clean.Append('_');
            }
        }

        return clean.Length == 0 ? "_" : clean.ToString();
    }

    private static string WordOf(string? unit, MetricType type)
    {
        // UCUM: what stands in braces is a remark ("{datagram}"), not a unit.
        var plain = WithoutRemarks(unit ?? "");
        if (plain.Length == 0)
        {
            return "";
        }

        if (plain == "1")
        {
            return type == MetricType.Gauge ? "ratio" : "";
        }

        var slash = plain.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return Spelled(plain);
        }

        var per = plain[(slash + 1)..] switch
        {
            "s" => "second",
            "m" => "minute",
            "h" => "hour",
            "d" => "day",
            var other => Clean(other, isLabel: true),
        };
        return (slash == 0 ? "" : Spelled(plain[..slash]) + "_") + "per_" + per;
    }

    private static string WithoutRemarks(string unit)
    {
        var open = unit.IndexOf('{', StringComparison.Ordinal);
        var close = unit.IndexOf('}', StringComparison.Ordinal);
        return open >= 0 && close > open ? unit[..open] + unit[(close + 1)..] : unit;
    }

    private static string Spelled(string unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "%" => "percent",
        _ => Clean(unit, isLabel: true),
    };
}
