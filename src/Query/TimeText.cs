using System.Globalization;

namespace Mayday.Query;

/// <summary>Reads times and time spans as people write them. Filters, parameters and rules all use this class.</summary>
public static class TimeText
{
    /// <summary>A longer span can only be a typing mistake, and it must not overflow.</summary>
    private const long MaxSeconds = 100L * 366 * 86_400;

    public const string AgeIsWritten = "A length of time is a number with s, m, h, d or w behind it, as 90s, 30m, 2h, 7d.";

    public const string TimeIsWritten =
        "A time is written 2026-11-27, 2026-11-27T10:00, with Z or +01:00 behind it (UTC where nothing is said), or as how long ago: 90s, 30m, 2h, 7d, 4w.";

    private static readonly string[] s_times =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads 90s, 30m, 2h, 7d, 1w, in upper or lower case. A number without a unit is seconds. At most a hundred years.</summary>
    public static bool TryReadAge(string word, out TimeSpan age) => TryReadAge(word, mayLackUnit: true, out age);

    /// <summary>Reads a date or a time. UTC if no offset is given.</summary>
    public static bool TryReadTime(string word, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        word, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    /// <summary>Reads a time, or a span before <paramref name="now"/>: 2026-11-27T10:00Z, 2h, 7D.</summary>
    public static bool TryReadMoment(string word, DateTimeOffset now, out DateTimeOffset time)
    {
        if (TryReadValue(word) is not { } value)
        {
            time = default;
            return false;
        }

        time = Resolve(value, now);
        return true;
    }

    /// <summary>
    /// Reads a <see cref="TimeValue"/> or <see cref="AgeValue"/>; null for anything else. "2026" is not read as seconds here, because it
    /// looks like a year.
    /// </summary>
    public static FilterValue? TryReadValue(string word) => TryReadTime(word, out var time) ? new TimeValue(time)
        : TryReadAge(word, mayLackUnit: false, out var age) ? new AgeValue(age)
        : null;

    /// <summary>The point in time that a <see cref="TimeValue"/> or <see cref="AgeValue"/> stands for.</summary>
    public static DateTimeOffset Resolve(FilterValue value, DateTimeOffset now) => value switch
    {
        TimeValue(var time) => time.ToUniversalTime(),
        AgeValue(var age) => now.ToUniversalTime() is var utc && utc - DateTimeOffset.MinValue > age ? utc - age : DateTimeOffset.MinValue,
        _ => throw new ArgumentException("neither a time nor a length of time", nameof(value)),
    };

    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes the span in the largest unit without a fraction: 2h, 90m, 7d. A week is written as seven days.</summary>
    public static string Write(TimeSpan age)
    {
        var seconds = age.Ticks / TimeSpan.TicksPerSecond;
        var (size, unit) = seconds switch
        {
            0 => (1, 's'),
            _ when seconds % 86_400 == 0 => (86_400, 'd'),
            _ when seconds % 3600 == 0 => (3600, 'h'),
            _ when seconds % 60 == 0 => (60, 'm'),
            _ => (1, 's'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / size}{unit}");
    }

    private static bool TryReadAge(string word, bool mayLackUnit, out TimeSpan age)
    {
        age = default;
        if (word.Length == 0)
        {
            return false;
        }

        var unit = char.ToLowerInvariant(word[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        var digits = unit == 0 ? word.AsSpan() : word.AsSpan(0, word.Length - 1);
        if ((unit == 0 && !mayLackUnit) || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MaxSeconds)
        {
            return false;
        }

        var seconds = number * Math.Max(1, unit);
        age = TimeSpan.FromSeconds(Math.Min(seconds, MaxSeconds));
        return seconds <= MaxSeconds;
    }
}
