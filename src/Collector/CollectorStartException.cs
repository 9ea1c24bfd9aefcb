namespace Mayday.Collector;

/// <summary>The collector cannot listen or spool, so the start ends. The message says what to do.</summary>
public sealed class CollectorStartException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The request cannot work on this machine, whatever else changes: a usage error, not a failure.</summary>
    public bool IsWrongUse { get; init; }
}
