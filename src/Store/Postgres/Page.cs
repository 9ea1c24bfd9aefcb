namespace Mayday.Store.Postgres;

/// <summary>One page of a list. <see cref="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Where a page starts and how long it is.</summary>
public readonly record struct PageRequest(int Limit = 50, string? Cursor = null)
{
    public const int MaxLimit = 200;

    // Without this, new PageRequest() would be the all-zero struct: a page of nothing.
    public PageRequest()
        : this(Limit: 50)
    {
    }
}
