namespace Mayday.Store.Postgres;

/// <summary>A cursor that this list did not give out: the caller's mistake, answered with 400.</summary>
public sealed class InvalidCursorException(string message) : Exception(message);
