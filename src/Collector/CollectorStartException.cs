namespace Mayday.Collector;

/// <summary>A collector that cannot listen or spool must not run as if it did: the message says what to do and ends the start.</summary>
public sealed class CollectorStartException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What was asked for cannot be had on this machine, whatever else changes: wrong use, not a failure.</summary>
    public bool IsWrongUse { get; init; }
}
