using System.Diagnostics.Metrics;
using Mayday.Web.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Web.Tests.Metrics;

public sealed class InstrumentReadingsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMaydayMetrics().BuildServiceProvider();
    private readonly InstrumentReadings _readings;
    private readonly Meter _meter;

    public InstrumentReadingsTests()
    {
        _readings = _services.GetRequiredService<InstrumentReadings>();
        _meter = _services.GetRequiredService<IMeterFactory>().Create("Mayday.Tests");
    }

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData("mayday.collector.datagrams.received", "{datagram}", "counter", "mayday_collector_datagrams_received_total")]
    [InlineData("mayday.collector.datagrams.bytes", "By", "counter", "mayday_collector_datagrams_bytes_total")]
    [InlineData("already.total", null, "counter", "already_total")]
    [InlineData("cpu.time", "s", "counter", "cpu_time_seconds_total")]
    [InlineData("spool.dumps", "{dump}", "gauge", "spool_dumps")]
    [InlineData("load", "1", "gauge", "load_ratio")]
    [InlineData("speed", "By/s", "gauge", "speed_bytes_per_second")]
    [InlineData("9-lives..left", null, "gauge", "_9_lives_left")]
    [InlineData("store.duration", "s", "histogram", "store_duration_seconds")]
    public void Name_FollowsTheRules(string instrument, string? unit, string type, string name) =>
        Assert.Equal(name, MetricName.Of(instrument, unit, Enum.Parse<MetricType>(type, ignoreCase: true)));

    [Fact]
    public void EveryKindOfInstrument_IsReadAsWhatItIs()
    {
        _meter.CreateCounter<long>("mayday.tests.steps", "{step}", "Steps\nover a \\ line").Add(2);
        _meter.CreateUpDownCounter<int>("mayday.tests.open").Add(-3);
        _meter.CreateGauge<double>("mayday.tests.heat", "Cel").Record(36.6);
        var balance = 5L;
        _meter.CreateObservableUpDownCounter("mayday.tests.balance", () => balance);
        _meter.CreateObservableCounter("mayday.tests.seen", () => new Measurement<long>(7, new KeyValuePair<string, object?>("reason", "tooShort")));
        var sizes = _meter.CreateHistogram("mayday.tests.size", "By", null, null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [10, 100] });
        foreach (var size in (long[])[10, 11, 1000])
        {
            sizes.Record(size);
        }

        var families = PrometheusFormat.Read(_readings.ReadText());

        Assert.Equal(("counter", 2d), (families["mayday_tests_steps_total"].Type, families["mayday_tests_steps_total"].Samples.Single().Value));
        Assert.Equal("Steps\nover a \\ line", families["mayday_tests_steps_total"].Help);
        Assert.Equal(-3, families["mayday_tests_open"].Samples.Single().Value);
        Assert.Equal(36.6, families["mayday_tests_heat_Cel"].Samples.Single().Value);
        Assert.Equal(5, families["mayday_tests_balance"].Samples.Single().Value);
        Assert.Equal("tooShort", families["mayday_tests_seen_total"].Samples.Single().Labels["reason"]);
        Assert.Equal([1d, 2d, 3d, 1021d, 3d], families["mayday_tests_size_bytes"].Samples.Select(sample => sample.Value));

        balance = 4;
        Assert.Equal(4, PrometheusFormat.Read(_readings.ReadText())["mayday_tests_balance"].Samples.Single().Value);
    }

    [Fact]
    public void Labels_HoldHostileValuesAndOddNames()
    {
        var counter = _meter.CreateCounter<long>("mayday.tests.odd");
        const string value = "a\"b\\c\nd\u0000ü";
        counter.Add(1, new("http.route", value), new("1st", true), new("le", 3.5));
        // The same set in another order is the same series; two names that come to one share a label.
        counter.Add(1, new("le", 3.5), new("http.route", value), new("1st", true));
        counter.Add(1, new("a.b", "x"), new("a-b", "y"));
        counter.Add(1, new KeyValuePair<string, object?>("long", new string('x', 10_000)));

        var samples = PrometheusFormat.Read(_readings.ReadText())["mayday_tests_odd_total"].Samples;

        Assert.Equal(3, samples.Count);
        var odd = samples.Single(sample => sample.Value == 2);
        Assert.Equal([("_1st", "true"), ("http_route", value), ("tag_le", "3.5")], odd.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => (label.Key, label.Value)));
        Assert.Contains(samples, sample => sample.Labels.TryGetValue("a_b", out var both) && both == "x;y");
        Assert.Contains(samples, sample => sample.Labels.TryGetValue("long", out var text) && text.Length == LabelText.LongestValue);
    }

    [Fact]
    public void TagsWithoutEnd_ShareASeriesAndAreCounted()
    {
        var counter = _meter.CreateCounter<long>("mayday.tests.flood");
        for (var i = 0; i < InstrumentSeries.MostSeries + 50; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("source", i));
        }

        var families = PrometheusFormat.Read(_readings.ReadText());
        var samples = families["mayday_tests_flood_total"].Samples;

        Assert.Equal(InstrumentSeries.MostSeries + 1, samples.Count);
        Assert.Equal(50, samples.Single(sample => sample.Labels.ContainsKey("otel_metric_overflow")).Value);
        Assert.Equal(50, families["mayday_metrics_overflowed_total"].Samples.Single().Value);
    }

    [Fact]
    public void ObservedSeries_ThatIsNotToldAgain_IsGone()
    {
        var names = new List<string> { "one", "two" };
        _meter.CreateObservableGauge("mayday.tests.levels", () => names.Select(name => new Measurement<long>(1, new KeyValuePair<string, object?>("name", name))));
        Assert.Equal(2, PrometheusFormat.Read(_readings.ReadText())["mayday_tests_levels"].Samples.Count);

        names.Remove("one");

        Assert.Equal("two", PrometheusFormat.Read(_readings.ReadText())["mayday_tests_levels"].Samples.Single().Labels["name"]);
    }

    [Fact]
    public void FailingInstrument_CostsOnlyItself()
    {
        _meter.CreateObservableGauge("mayday.tests.broken", Broken);
        _meter.CreateCounter<long>("mayday.tests.sound").Add(1);

        var families = PrometheusFormat.Read(_readings.ReadText());

        Assert.Empty(families["mayday_tests_broken"].Samples);
        Assert.Equal(1, families["mayday_tests_sound_total"].Samples.Single().Value);
        Assert.InRange(PrometheusFormat.Read(_readings.ReadText())["mayday_metrics_failures_total"].Samples.Single().Value, 1, 2);
    }

    private static long Broken() => throw new InvalidOperationException("broken");

    [Fact]
    public void MeterOfAnotherHost_IsNotTold()
    {
        using var other = new ServiceCollection().AddMaydayMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("Mayday.Tests").CreateCounter<long>("mayday.tests.elsewhere").Add(1);

        Assert.DoesNotContain("mayday_tests_elsewhere_total", PrometheusFormat.Read(_readings.ReadText()).Keys);
    }

    [Fact]
    public void KnownSeries_CostsNoMemory()
    {
        var counter = _meter.CreateCounter<long>("mayday.tests.often");
        KeyValuePair<string, object?> reason = new("reason", "tooShort");
        KeyValuePair<string, object?> format = new("format", "netoops");
        counter.Add(1, reason, format);
        counter.Add(1, reason, format);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            counter.Add(1, reason, format);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
