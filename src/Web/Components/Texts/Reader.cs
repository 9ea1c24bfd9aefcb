namespace Mayday.Web.Components.Texts;

/// <summary>Who reads: what the browser said of its zone. Cascades to everything that shows a time.</summary>
public sealed record Reader(TimeZoneInfo Zone)
{
    public static Reader Unknown { get; } = new(TimeZoneInfo.Utc);

    /// <summary>The zone by its IANA name; UTC where the name is unknown to this machine, because a wrong hour is worse than a foreign one.</summary>
    public static Reader In(string? zone) =>
        !string.IsNullOrEmpty(zone) && zone.Length <= 64 && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? new Reader(found) : Unknown;
}
