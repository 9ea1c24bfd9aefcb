namespace Mayday.Events.Screening;

/// <summary>Names of the counters of events that pages know by name; those of the receiving side stand in docs/operations.md as well.</summary>
public static class EventCounterNames
{
    public const string Received = "events.received";
    public const string Dropped = "events.dropped";
    public const string Folded = "events.folded";
    public const string Discarded = "events.discarded";
    public const string Alerts = "events.alerts";
    public const string AlertsLost = "events.alerts.lost";
    public const string WindowsEvicted = "events.alerts.windows_evicted";
}
