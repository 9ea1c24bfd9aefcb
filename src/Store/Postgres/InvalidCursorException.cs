namespace Mayday.Store.Postgres;

/// <summary>The cursor is not from this list. A mistake of the caller, answered with status 400.</summary>
public sealed class InvalidCursorException(string message) : Exception(message);
