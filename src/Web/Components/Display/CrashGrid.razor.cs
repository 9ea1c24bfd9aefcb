using Mayday.Store;
using Microsoft.AspNetCore.Components;
using Radzen;
using Radzen.Blazor;

namespace Mayday.Web.Components.Display;

/// <summary>A list of crashes, newest first, of any length: only the rows on the screen are fetched.</summary>
public sealed partial class CrashGrid
{
    /// <summary>Above this the number is not read any more; counting every crash of a year would make each scroll a full scan.</summary>
    public const int CountLimit = 10_000;

    private readonly HashSet<Guid> _seen = [];
    private RadzenDataGrid<CrashItem>? _grid;
    private IReadOnlyList<CrashItem> _rows = [];
    private CrashFilter? _filter;
    private int _total;
    private bool _loaded;

    [Parameter, EditorRequired] public CrashFilter Filter { get; set; } = new();

    [Parameter, EditorRequired] public string Label { get; set; } = "Crashes";

    [Parameter] public bool ShowHost { get; set; } = true;

    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>Tells how many there are after every reading.</summary>
    [Parameter] public EventCallback<int> Counted { get; set; }

    public int Total => _total;

    /// <summary>Reads again what is on the screen; rows not seen before are marked for a moment.</summary>
    public Task RefreshAsync() => _grid?.Reload() ?? Task.CompletedTask;

    protected override async Task OnParametersSetAsync()
    {
        if (_filter == Filter)
        {
            return;
        }

        var first = _filter is null;
        _filter = Filter;
        _seen.Clear();
        if (!first)
        {
            await RefreshAsync();
        }
    }

    private async Task LoadAsync(LoadDataArgs args)
    {
        var offset = args.Skip ?? 0;
        var slice = await ReadAsync<Tuple<IReadOnlyList<CrashItem>, int>>(async cancellation =>
        {
            var (items, total) = await Queries.SliceCrashesAsync(Filter, offset, args.Top ?? 50, CountLimit, cancellation);
            return Tuple.Create(items, total);
        });
        if (slice is null)
        {
            return;
        }

        (_rows, _total) = slice;
        if (!_loaded || offset > 0)
        {
            // What is there when the page opens, or further down, is not news.
            _seen.UnionWith(_rows.Select(row => row.Id));
        }

        _loaded = true;
        await Counted.InvokeAsync(_total);
    }

    private void MarkFresh(RowRenderEventArgs<CrashItem> row)
    {
        if (row.Data is { } crash && _seen.Add(crash.Id))
        {
            row.Attributes["class"] = "fresh";
        }
    }
}
