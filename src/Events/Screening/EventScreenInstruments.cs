using System.Diagnostics.Metrics;

namespace Mayday.Events.Screening;

/// <summary>Metrics about the rules (listed in docs/operations.md). Discarded events are counted by rule.</summary>
public sealed class EventScreenInstruments : IDisposable
{
    public const string MeterName = "Mayday.Events";

    private readonly Meter _meter;

    public EventScreenInstruments(EventScreen screen, IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        _meter.CreateObservableCounter("mayday.events.folded", () => screen.Folded, "{event}", "Equal events that became part of another");
        _meter.CreateObservableCounter(
            "mayday.events.discarded",
            () => screen.Discarded.Select(rule => new Measurement<long>(rule.Value, new KeyValuePair<string, object?>("rule", rule.Key))),
            "{event}",
            "Events that a rule dropped");
        _meter.CreateObservableCounter("mayday.events.alerts", () => screen.AlertsRaised, "{alert}", "Thresholds that were reached");
        _meter.CreateObservableCounter("mayday.events.alerts.lost", () => screen.AlertsLost, "{alert}", "Alerts that found no room on their way to the database");
        _meter.CreateObservableCounter("mayday.events.alerts.windows_evicted", () => screen.WindowsEvicted, "{window}", "Counts towards an alert that were forgotten because a rule had too many values");
        _meter.CreateObservableUpDownCounter("mayday.events.held", () => screen.Held, "{event}", "Equal events that wait to be told as N more");
    }

    public void Dispose() => _meter.Dispose();
}
