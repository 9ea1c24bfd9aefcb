namespace Mayday.Events.Filtering;

/// <summary>The attributes of an event that a filter can name.</summary>
public enum EventAttribute : byte
{
    Host,
    Source,
    Transport,
    Facility,
    EventType,
    Severity,

    /// <summary>The format string.</summary>
    Format,

    /// <summary>NODATA, BINARY, STRING or PRINTF.</summary>
    RecordFormat,
    Flags,
    Truncated,
    Text,

    /// <summary>The text of STRING records only, like evlog's <c>data</c>.</summary>
    StringText,
    Processor,
    Uid,
    Gid,
    Pid,
    Pgrp,
    Count,
    ReceivedAt,
    OccurredAt,
    Age,
}
