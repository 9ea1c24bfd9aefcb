using Mayday.Store;
using Microsoft.AspNetCore.Components;
using Radzen;
using Radzen.Blazor;

namespace Mayday.Web.Components.Display;

/// <summary>A list of bugs of any length: only the rows on the screen are fetched.</summary>
public sealed partial class BugGrid
{
    private RadzenDataGrid<BugItem>? _grid;
    private IReadOnlyList<BugItem> _rows = [];
    private BugFilter? _filter;
    private int _total;
    private bool _loaded;

    [Parameter, EditorRequired] public BugFilter Filter { get; set; } = new();

    [Parameter, EditorRequired] public string Label { get; set; } = "Bugs";

    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>Tells how many there are after every reading.</summary>
    [Parameter] public EventCallback<int> Counted { get; set; }

    /// <summary>Red is for what usually takes the machine down.</summary>
    internal static bool IsDeadly(BugItem bug) => bug.FatalCount * 2 > bug.CrashCount;

    public Task RefreshAsync() => _grid?.Reload() ?? Task.CompletedTask;

    protected override async Task OnParametersSetAsync()
    {
        if (_filter == Filter)
        {
            return;
        }

        var first = _filter is null;
        _filter = Filter;
        if (!first)
        {
            await RefreshAsync();
        }
    }

    private async Task LoadAsync(LoadDataArgs args)
    {
        var slice = await ReadAsync<Tuple<IReadOnlyList<BugItem>, int>>(async cancellation =>
        {
            var (items, total) = await Queries.SliceBugsAsync(Filter, args.Skip ?? 0, args.Top ?? 50, cancellation);
            return Tuple.Create(items, total);
        });
        if (slice is null)
        {
            return;
        }

        (_rows, _total) = slice;
        _loaded = true;
        await Counted.InvokeAsync(_total);
    }
}
