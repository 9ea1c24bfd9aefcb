using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Display;
using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Crashes;

/// <summary>A list of crashes, newest first, of any length.</summary>
public sealed partial class CrashGrid
{
    /// <summary>Above this the number is not read any more; counting every crash of a year would make each scroll a full scan.</summary>
    public const int CountLimit = 10_000;

    private readonly HashSet<Guid> _seen = [];
    private LiveGrid<CrashItem>? _list;
    private CrashFilter? _filter;
    private bool _settled;

    [Inject] public required StoreQueries Queries { get; init; }

    [Parameter, EditorRequired] public CrashFilter Filter { get; set; } = new();

    [Parameter, EditorRequired] public string Label { get; set; } = "Crashes";

    [Parameter] public bool ShowHost { get; set; } = true;

    /// <summary>False where all rows have the same title: then the host leads.</summary>
    [Parameter] public bool ShowTitle { get; set; } = true;

    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>What stands above the rows.</summary>
    [Parameter] public RenderFragment? Bar { get; set; }

    /// <summary>Tells how many there are after every reading.</summary>
    [Parameter] public EventCallback<int> Counted { get; set; }

    /// <summary>Reads again what is on the screen; rows not seen before are marked for a moment.</summary>
    public Task RefreshAsync() => _list?.RefreshAsync() ?? Task.CompletedTask;

    protected override void OnParametersSet()
    {
        if (_filter != Filter)
        {
            _filter = Filter;
            _seen.Clear();
            _settled = false;
        }
    }

    private async Task<Slice<CrashItem>> ReadAsync(ListWindow window, CancellationToken cancellation)
    {
        var filter = Filter with { OldestFirst = window is { Sort: "when", Descending: false } };
        var (items, total) = await Queries.Crashes.SliceCrashesAsync(filter, window.Offset, window.Count, CountLimit, cancellation);
        if (!_settled || window.Offset > 0)
        {
            // What is there when the page opens, or further down, is not news.
            _seen.UnionWith(items.Select(crash => crash.Id));
            _settled = true;
        }

        return new(items, total);
    }

    private static string Gaps(CrashItem crash) => crash switch
    {
        { Complete: false, MissingPackets: > 0 and var missing } => $" · {Words.Count(missing)} missing",
        { Complete: false } => " · partial",
        { Corrupted: true } => " · text damaged",
        _ => "",
    };

    private string? FreshClass(CrashItem crash) => _seen.Contains(crash.Id) ? null : "fresh";
}
