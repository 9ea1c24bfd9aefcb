namespace Mayday.Store.Schema;

/// <summary>The single row that records when old data was last deleted, and how far the clock is trusted since.</summary>
public sealed class MaintenanceRow
{
    /// <summary>Always 1.</summary>
    public short Id { get; set; }

    /// <summary>Clock time of the last round that was allowed to delete; null if there was none.</summary>
    public DateTimeOffset? LastAt { get; set; }

    /// <summary>Clock time of the last round of any collector, whether it deleted or not.</summary>
    public DateTimeOffset SeenAt { get; set; }

    /// <summary>Start of the time in which nothing is deleted; null while the clock is trusted.</summary>
    public DateTimeOffset? HeldSince { get; set; }

    /// <summary>Seconds of running time without a clock jump since <see cref="HeldSince"/>. Kept across restarts.</summary>
    public double SteadySeconds { get; set; }
}
