using System.Diagnostics.Metrics;

namespace Mayday.Web.Metrics;

/// <summary>How the measurements of an instrument become a value.</summary>
internal enum Accumulation
{
    /// <summary>Steps are added up.</summary>
    Sum,

    /// <summary>The last one stands.</summary>
    Last,

    /// <summary>Told as it stands each time somebody asks.</summary>
    Observed,

    /// <summary>Counted by size.</summary>
    Distribution,
}

/// <summary>One value (or distribution) of an instrument: that of one set of tags.</summary>
internal sealed class MetricSeries(string labels, int buckets)
{
    public string Labels { get; } = labels;

    public double Value { get; set; }

    public long Count { get; set; }

    /// <summary>Measurements a bucket, the last one beyond every boundary; not cumulative.</summary>
    public long[] Buckets { get; } = buckets == 0 ? [] : new long[buckets];

    /// <summary>The asking that it was last told in.</summary>
    public long Asked { get; set; }
}

/// <summary>
/// What an instrument measured so far, a series a set of tags. At most <see cref="MostSeries"/>: what comes beyond shares one series that says
/// so, since a label that takes its values from strangers would otherwise grow without end, here and in whatever scrapes.
/// </summary>
internal sealed class InstrumentSeries
{
    /// <summary>Far more than any instrument of ours has (some dozens), far less than hurts a Prometheus.</summary>
    public const int MostSeries = 1000;

    /// <summary>OpenTelemetry's own mark for it.</summary>
    public const string Overflow = "otel_metric_overflow=\"true\"";

    // OpenTelemetry's defaults: for seconds as its conventions have them for requests, else its general ones.
    private static readonly double[] s_seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] s_plain = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly Accumulation _accumulation;
    private readonly Action _overflowed;
    private long _asking;

    private InstrumentSeries(Instrument instrument, MetricType type, Accumulation accumulation, IReadOnlyList<double> boundaries, Action overflowed)
    {
        Name = MetricName.Of(instrument.Name, instrument.Unit, type);
        Help = string.IsNullOrWhiteSpace(instrument.Description) ? instrument.Name : instrument.Description;
        Type = type;
        Boundaries = boundaries;
        _accumulation = accumulation;
        _overflowed = overflowed;
        _byText = _series.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    public string Help { get; }

    public MetricType Type { get; }

    /// <summary>Upper bounds of the buckets but the last; empty for what is no histogram.</summary>
    public IReadOnlyList<double> Boundaries { get; }

    /// <summary>Null for a kind of instrument that .NET does not have yet.</summary>
    public static InstrumentSeries? Of(Instrument instrument, Action overflowed)
    {
        for (var type = instrument.GetType(); type is not null; type = type.BaseType)
        {
            var shape = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
            if (shape == typeof(Counter<>))
            {
                return new InstrumentSeries(instrument, MetricType.Counter, Accumulation.Sum, [], overflowed);
            }

            if (shape == typeof(UpDownCounter<>))
            {
                return new InstrumentSeries(instrument, MetricType.Gauge, Accumulation.Sum, [], overflowed);
            }

            if (shape == typeof(Gauge<>))
            {
                return new InstrumentSeries(instrument, MetricType.Gauge, Accumulation.Last, [], overflowed);
            }

            if (shape == typeof(ObservableCounter<>))
            {
                return new InstrumentSeries(instrument, MetricType.Counter, Accumulation.Observed, [], overflowed);
            }

            if (shape == typeof(ObservableUpDownCounter<>) || shape == typeof(ObservableGauge<>))
            {
                return new InstrumentSeries(instrument, MetricType.Gauge, Accumulation.Observed, [], overflowed);
            }

            if (shape == typeof(Histogram<>))
            {
                return new InstrumentSeries(instrument, MetricType.Histogram, Accumulation.Distribution, BoundariesOf(instrument), overflowed);
            }
        }

        return null;
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelText.Of(tags);
        lock (_gate)
        {
            var series = Find(labels);
            switch (_accumulation)
            {
                case Accumulation.Sum:
                    series.Value += value;
                    break;
                case Accumulation.Last:
                    series.Value = value;
                    break;
                case Accumulation.Observed:
                    // Told twice in one asking (or overflowed): one series, one value.
                    series.Value = series.Asked == _asking ? series.Value + value : value;
                    break;
                default:
                    Distribute(series, value);
                    break;
            }

            series.Asked = _asking;
        }
    }

    /// <summary>Before everything observed is asked again: what is not told this time is gone.</summary>
    public void BeginAsking()
    {
        lock (_gate)
        {
            _asking++;
        }
    }

    /// <summary>A copy of what stands, in the order of the labels.</summary>
    public IReadOnlyList<MetricSeries> Read()
    {
        lock (_gate)
        {
            if (_accumulation == Accumulation.Observed)
            {
                foreach (var (labels, series) in _series)
                {
                    if (series.Asked != _asking)
                    {
                        _series.Remove(labels);
                    }
                }
            }

            return [.. _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal).Select(Copy)];
        }
    }

    private MetricSeries Find(ReadOnlySpan<char> labels)
    {
        if (_byText.TryGetValue(labels, out var series))
        {
            return series;
        }

        if (_series.Count >= MostSeries)
        {
            _overflowed();
            if (_series.TryGetValue(Overflow, out series))
            {
                return series;
            }

            labels = Overflow;
        }

        var text = labels.ToString();
        series = new MetricSeries(text, _accumulation == Accumulation.Distribution ? Boundaries.Count + 1 : 0);
        _series.Add(text, series);
        return series;
    }

    private void Distribute(MetricSeries series, double value)
    {
        var bucket = 0;
        while (bucket < Boundaries.Count && !(value <= Boundaries[bucket]))
        {
            bucket++;
        }

        series.Buckets[bucket]++;
        series.Count++;
        series.Value += value;
    }

    private static MetricSeries Copy(MetricSeries series)
    {
        var copy = new MetricSeries(series.Labels, series.Buckets.Length) { Value = series.Value, Count = series.Count };
        series.Buckets.CopyTo(copy.Buckets, 0);
        return copy;
    }

    private static IReadOnlyList<double> BoundariesOf(Instrument instrument) => Advised(instrument) is { Count: > 0 } advised
        ? advised
        : instrument.Unit == "s" ? s_seconds : s_plain;

    private static IReadOnlyList<double>? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
        Histogram<float> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
        Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
        Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
        _ => null,
    };
}
