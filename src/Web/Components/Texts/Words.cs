using System.Globalization;

namespace Mayday.Web.Components.Texts;

/// <summary>Numbers, sizes and times as people read them.</summary>
public static class Words
{
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(long count, string one, string many) => $"{Count(count)} {(count == 1 ? one : many)}";

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000_000.0:0.##} GB"),
    };

    /// <summary>Two decimals, but never "0.00 %" of something that did happen.</summary>
    public static string Percent(double share) => share switch
    {
        0 => "0.00 %",
        < 0.00005 => "< 0.01 %",
        _ => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.00} %"),
    };

    /// <summary>"now", "12 s", "5 min", "3 h", "6 d".</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 2 } => "now",
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalSeconds} s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes} min"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays} d"),
    };

    public static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>"22 Nov 2026 04:41:07 +01:00": the zone is always said.</summary>
    public static string In(TimeZoneInfo zone, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var offset = local.Offset == TimeSpan.Zero ? "UTC" : local.ToString("zzz", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{local:d MMM yyyy HH:mm:ss} {offset}");
    }

    public static string Enumerate(IReadOnlyList<string> words) => words.Count switch
    {
        0 => "",
        1 => words[0],
        _ => $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}",
    };
}
