namespace Mayday.Web.Components.Display;

/// <summary>Rows by position and how many there are in all.</summary>
public sealed record Slice<TItem>(IReadOnlyList<TItem> Items, int Total);
