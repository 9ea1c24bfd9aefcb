namespace Mayday.Web.Components.Display;

/// <summary>The rows that a list needs now, and the order it wants them in.</summary>
/// <param name="Offset">The position of the first row.</param>
/// <param name="Count">How many rows.</param>
/// <param name="Sort">The key of the column that the reader sorts by; null for the list's own order.</param>
/// <param name="Descending">Whether the greatest comes first; meaningless without <paramref name="Sort"/>.</param>
public sealed record ListWindow(int Offset, int Count, string? Sort = null, bool Descending = false);
