namespace Mayday.Store.Retention;

/// <summary>Whether old data may be deleted now.</summary>
/// <param name="HeldSince">
/// Start of the time in which nothing is deleted because the clock is in doubt; null if the clock is trusted.
/// </param>
/// <param name="LastAt">Clock of the last round that was allowed to delete.</param>
/// <param name="Steady">How long the clock ran without a jump since <paramref name="HeldSince"/>.</param>
public sealed record RetentionState(DateTimeOffset? HeldSince, DateTimeOffset? LastAt, TimeSpan Steady)
{
    public bool IsHeld => HeldSince is not null;

    /// <summary>A message for people: what happened, what it means, what to do. Null while deletion is allowed.</summary>
    public string? Notice => !IsHeld ? null : string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"Nothing old is deleted now: the clock does not fit the last maintenance ({LastAtText}). "
        + $"Deletion goes on once the clock has been steady for 24 hours of running ({Math.Floor(Steady.TotalHours)} so far) and is synchronised. "
        + $"If the clock is right, `mayday retention --now` does it at once.");

    private string LastAtText => LastAt is not { } last ? "unknown"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{last.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}
