namespace Mayday.Store.Schema;

/// <summary>
/// All events of one facility, event type and format string, and their counts. The string is stored once, however many events used it.
/// </summary>
public sealed class EventFormatRow
{
    public long Id { get; set; }

    public required string Facility { get; set; }

    public int EventType { get; set; }

    /// <summary>SHA-256 of facility, event type and format string. Format strings reach 8 KiB, too long for an index.</summary>
    public required byte[] Hash { get; set; }

    /// <summary>Null for events without a format string.</summary>
    public string? Format { get; set; }

    /// <summary>The most severe level among its events.</summary>
    public short Severity { get; set; }

    /// <summary>Text of the latest event, shown for a group without a format string.</summary>
    public required string Sample { get; set; }

    public long EventCount { get; set; }

    public long HostCount { get; set; }

    public DateTimeOffset FirstSeen { get; set; }

    public DateTimeOffset LastSeen { get; set; }
}

/// <summary>How often each value of one argument of a format occurred.</summary>
public sealed class EventFormatArgumentRow
{
    public long FormatId { get; set; }

    /// <summary>From 0.</summary>
    public short Position { get; set; }

    public required string Kind { get; set; }

    public required string Conversion { get; set; }

    public string? Name { get; set; }

    public required string Spread { get; set; }
}

public sealed class EventFormatHostRow
{
    public long FormatId { get; set; }

    public Guid HostId { get; set; }

    public long EventCount { get; set; }

    public DateTimeOffset LastSeen { get; set; }
}

/// <summary>Events of a format per hour: the trend of the last days.</summary>
public sealed class EventFormatHourRow
{
    public long FormatId { get; set; }

    public DateTimeOffset Hour { get; set; }

    public long EventCount { get; set; }
}

/// <summary>Events of a format per UTC day: the trend over all stored data.</summary>
public sealed class EventFormatDayRow
{
    public long FormatId { get; set; }

    public DateOnly Day { get; set; }

    public long EventCount { get; set; }
}
