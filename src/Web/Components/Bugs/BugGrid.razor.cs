using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Display;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Bugs;

/// <summary>A list of bugs of any length.</summary>
public sealed partial class BugGrid
{
    [Inject] public required StoreQueries Queries { get; init; }

    [Parameter, EditorRequired] public BugFilter Filter { get; set; } = new();

    [Parameter, EditorRequired] public string Label { get; set; } = "Bugs";

    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>What stands above the rows.</summary>
    [Parameter] public RenderFragment? Bar { get; set; }

    /// <summary>Tells how many there are after every reading.</summary>
    [Parameter] public EventCallback<int> Counted { get; set; }

    /// <summary>A bug counts as fatal when more than half of its crashes ended the machine.</summary>
    internal static bool IsFatal(BugItem bug) => bug.FatalCount * 2 > bug.CrashCount;

    private async Task<Slice<BugItem>> ReadAsync(ListWindow window, CancellationToken cancellation)
    {
        // Both orders have an index for "most first" only, so the other direction falls back to the list's own order.
        var filter = window is { Sort: { } sort, Descending: true } ? Filter with { Sort = sort } : Filter;
        var (items, total) = await Queries.Bugs.SliceBugsAsync(filter, window.Offset, window.Count, cancellation);
        return new(items, total);
    }
}
