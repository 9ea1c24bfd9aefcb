namespace Mayday.Store.Schema;

/// <summary>The one row that says when old data was last deleted, and how far the clock is trusted since.</summary>
public sealed class MaintenanceRow
{
    /// <summary>Always 1.</summary>
    public short Id { get; set; }

    /// <summary>Clock of the last round that was allowed to delete; null when none ever was.</summary>
    public DateTimeOffset? LastAt { get; set; }

    /// <summary>Clock of the last round of any collector, whether it deleted or not.</summary>
    public DateTimeOffset SeenAt { get; set; }

    /// <summary>Since when nothing is deleted; null while the clock is trusted.</summary>
    public DateTimeOffset? HeldSince { get; set; }

    /// <summary>Seconds of running during which the clock did not jump, since <see cref="HeldSince"/>; kept over restarts.</summary>
    public double SteadySeconds { get; set; }
}
