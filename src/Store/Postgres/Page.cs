namespace Mayday.Store.Postgres;

/// <summary>One page of a list. <see cref="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>The start and the length of a page.</summary>
public readonly record struct PageRequest(int Limit = 50, string? Cursor = null)
{
    public const int MaxLimit = 200;

    // Without this constructor, new PageRequest() would be all zeros: a page with no rows.
    public PageRequest()
        : this(Limit: 50)
    {
    }
}
