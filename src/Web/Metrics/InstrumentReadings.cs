using System.Diagnostics.Metrics;

namespace Mayday.Web.Metrics;

/// <summary>
/// Listens to the instruments of this process from its making on, and tells what they stand at. The same instruments that OTLP carries away;
/// a meter made by another host's factory (tests run several in a process) is not ours.
/// </summary>
public sealed class InstrumentReadings : IDisposable
{
    public const string MeterName = "Mayday.Metrics";

    // A name, or the beginning of one where it ends in a dot.
    private static readonly string[] s_meters = ["Mayday.", "Microsoft.AspNetCore.", "System.Runtime", "Npgsql"];

    private readonly Lock _reading = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<Instrument, InstrumentSeries> _instruments = [];
    private readonly IMeterFactory _factory;
    private readonly MeterListener _listener = new();
    private long _overflowed;
    private long _failures;

    public InstrumentReadings(IMeterFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
        var own = factory.Create(MeterName);
        own.CreateObservableCounter("mayday.metrics.overflowed", () => Interlocked.Read(ref _overflowed), "{measurement}",
            "Measurements whose tags had no room for a series of their own");
        own.CreateObservableCounter("mayday.metrics.failures", () => Interlocked.Read(ref _failures), "{scrape}", "Scrapes in which an instrument could not be read");

        _listener.InstrumentPublished = Take;
        _listener.MeasurementsCompleted = (instrument, _) => Drop(instrument);
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, series) => Record(series, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Every instrument as it stands now, in the text format.</summary>
    public string ReadText()
    {
        // One asking at a time: what is observed belongs to the asking that it was told in.
        lock (_reading)
        {
            InstrumentSeries[] instruments;
            lock (_gate)
            {
                instruments = [.. _instruments.Values];
            }

            foreach (var instrument in instruments)
            {
                instrument.BeginAsking();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // Every other instrument has been read: one that fails is missing from this answer, and counted.
                Interlocked.Increment(ref _failures);
            }

            return PrometheusText.Write(instruments);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? series, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((InstrumentSeries)series!).Record(value, tags);

    private void Take(Instrument instrument, MeterListener listener)
    {
        var meter = instrument.Meter;
        var isNamed = Array.Exists(s_meters, name => name.EndsWith('.') ? meter.Name.StartsWith(name, StringComparison.Ordinal) : meter.Name == name);
        if (!isNamed || (meter.Scope is IMeterFactory factory && factory != _factory) || InstrumentSeries.Of(instrument, CountOverflow) is not { } series)
        {
            return;
        }

        lock (_gate)
        {
            _instruments[instrument] = series;
        }

        listener.EnableMeasurementEvents(instrument, series);
    }

    private void CountOverflow() => Interlocked.Increment(ref _overflowed);

    private void Drop(Instrument instrument)
    {
        lock (_gate)
        {
            _instruments.Remove(instrument);
        }
    }
}
