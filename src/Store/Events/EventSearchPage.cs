namespace Mayday.Store.Events;

/// <summary>One page of events, newest first.</summary>
/// <param name="Next">The cursor of the next page, null at the end.</param>
/// <param name="SearchedTo">
/// Of a search that no index serves: the events since then were looked through, and <paramref name="Next"/> goes on before them, even where the
/// page is not full. Null where everything was.
/// </param>
public sealed record EventSearchPage(IReadOnlyList<EventItem> Items, string? Next, DateTimeOffset? SearchedTo);

/// <summary>Rows of a virtualised list.</summary>
/// <param name="Total">How many there are in all, as far as was counted.</param>
public sealed record EventSlice(IReadOnlyList<EventItem> Items, int Total)
{
    /// <summary>Where no index serves the filter: all that was found. To be shown from here, since searching again takes as long.</summary>
    public EventSearchPage? Found { get; init; }
}
