namespace Mayday.Events.Screening;

/// <summary>The event counters that the pages know by name. docs/operations.md also describes those of the receiver.</summary>
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
