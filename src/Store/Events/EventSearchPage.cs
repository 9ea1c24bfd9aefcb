namespace Mayday.Store.Events;

/// <summary>One page of events, newest first.</summary>
/// <param name="Next">The cursor of the next page; null at the end.</param>
/// <param name="SearchedTo">
/// Set for a search that no index supports: all events since this time were searched, and <paramref name="Next"/> continues before it, even
/// if the page is not full. Null if everything was searched.
/// </param>
public sealed record EventSearchPage(IReadOnlyList<EventItem> Items, string? Next, DateTimeOffset? SearchedTo);

/// <summary>Rows of a virtualised list.</summary>
/// <param name="Total">The total number of rows, as far as they were counted.</param>
public sealed record EventSlice(IReadOnlyList<EventItem> Items, int Total)
{
    /// <summary>All results of a search that no index supports. Show the rows from here, because searching again takes as long.</summary>
    public EventSearchPage? Found { get; init; }
}
