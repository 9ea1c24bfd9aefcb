using System.Globalization;

namespace Mayday.Web.Components.Filters;

/// <summary>A bound of time as typed: ISO 8601, or so long ago ("30m", "2h", "7d", "4w").</summary>
public static class TimeBound
{
    /// <summary>Retention is counted in months; a longer ago can only be a typing error, and must not overflow.</summary>
    private const int MaxAmount = 100_000;

    public static bool TryResolve(string? text, DateTimeOffset now, out DateTimeOffset at)
    {
        at = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        text = text.Trim();
        if (int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && amount <= MaxAmount)
        {
            TimeSpan? ago = char.ToLowerInvariant(text[^1]) switch
            {
                's' => TimeSpan.FromSeconds(amount),
                'm' => TimeSpan.FromMinutes(amount),
                'h' => TimeSpan.FromHours(amount),
                'd' => TimeSpan.FromDays(amount),
                'w' => TimeSpan.FromDays(7L * amount),
                _ => null,
            };
            if (ago is { } span && span < now - DateTimeOffset.UnixEpoch)
            {
                at = now - span;
                return true;
            }
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);
    }
}
