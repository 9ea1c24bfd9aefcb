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

    /// <summary>Tells how many there are after every reading.</summary>
    [Parameter] public EventCallback<int> Counted { get; set; }

    /// <summary>Red is for what usually takes the machine down.</summary>
    internal static bool IsDeadly(BugItem bug) => bug.FatalCount * 2 > bug.CrashCount;

    private async Task<Slice<BugItem>> ReadAsync(int offset, int count, CancellationToken cancellation)
    {
        var (items, total) = await Queries.Bugs.SliceBugsAsync(Filter, offset, count, cancellation);
        return new(items, total);
    }
}
