namespace Mayday.Events.Filtering;

/// <summary>How the values of a field are written.</summary>
public enum FilterFieldKind : byte
{
    Text,
    Number,
    Severity,
    Facility,
    EventType,
    Format,
    Flags,
    User,
    Truth,
    Time,
    Age,
    Transport,
}

/// <summary>A field of the query language: its names and what it means, in words for people.</summary>
public sealed record FilterField(string Name, EventAttribute Attribute, FilterFieldKind Kind, string Meaning, params string[] Aliases)
{
    private static readonly Dictionary<string, FilterField> s_byName = new(StringComparer.OrdinalIgnoreCase);

    static FilterField()
    {
        foreach (var field in All)
        {
            s_byName.Add(field.Name, field);
            foreach (var alias in field.Aliases)
            {
                s_byName.Add(alias, field);
            }
        }
    }

    // evlog's own names are aliases: a filter written for evlview goes on working.
    public static IReadOnlyList<FilterField> All { get; } =
    [
        new("host", EventAttribute.Host, FilterFieldKind.Text, "name of the machine"),
        new("severity", EventAttribute.Severity, FilterFieldKind.Severity, "emerg alert crit err warning notice info debug, or 0 to 7; <= err is err and worse", "sev", "level"),
        new("facility", EventAttribute.Facility, FilterFieldKind.Facility, "driver or subsystem", "fac"),
        new("text", EventAttribute.Text, FilterFieldKind.Text, "the event as the kernel would have printed it", "message"),
        new("format", EventAttribute.Format, FilterFieldKind.Format, "the format string in quotes, or one of PRINTF STRING BINARY NODATA"),
        new("eventType", EventAttribute.EventType, FilterFieldKind.EventType, "number, or the format string in quotes: its CRC", "event_type", "type"),
        new("age", EventAttribute.Age, FilterFieldKind.Age, "how long ago it came: 90s 30m 2h 7d 1w"),
        new("receivedAt", EventAttribute.ReceivedAt, FilterFieldKind.Time, "when it came, as \"2026-11-27T10:00Z\"", "received", "time"),
        new("occurredAt", EventAttribute.OccurredAt, FilterFieldKind.Time, "the sender's own time, where it gave one", "occurred"),
        new("cpu", EventAttribute.Processor, FilterFieldKind.Number, "processor it was written on", "processor"),
        new("pid", EventAttribute.Pid, FilterFieldKind.Number, "task it was written in, or interrupted by it"),
        new("pgrp", EventAttribute.Pgrp, FilterFieldKind.Number, "process group of that task"),
        new("uid", EventAttribute.Uid, FilterFieldKind.User, "user of that task: a number, root or nobody"),
        new("gid", EventAttribute.Gid, FilterFieldKind.User, "group of that task: a number, root or nobody"),
        new("flags", EventAttribute.Flags, FilterFieldKind.Flags, "flags & TRUNCATE; also KERNEL PRINTK INTERRUPT EVTYCRC"),
        new("truncated", EventAttribute.Truncated, FilterFieldKind.Truth, "it was cut on its way"),
        new("count", EventAttribute.Count, FilterFieldKind.Number, "how many equal ones in a row it stands for"),
        new("transport", EventAttribute.Transport, FilterFieldKind.Transport, "the way it came: evlog netlink http"),
        new("source", EventAttribute.Source, FilterFieldKind.Text, "address it came from"),
        new("data", EventAttribute.StringText, FilterFieldKind.Text, "text of STRING records alone"),
    ];

    /// <summary>Fields whose value stands beside the event, under a key of its own.</summary>
    public static IReadOnlyList<(string Name, string Key, string Meaning)> Entries { get; } =
    [
        ("device", "DEVICE", "device it is about, as the kernel names it: +pci:0000:00:03.0, b8:0"),
        ("subsystem", "SUBSYSTEM", "subsystem of that device: pci, block, net"),
    ];

    public static FilterField? Find(string name) => s_byName.GetValueOrDefault(name);
}
