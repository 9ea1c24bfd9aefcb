using Mayday.Store;
using Mayday.Web.Components.Reading;
using Microsoft.AspNetCore.Components.Routing;
using Radzen;
using Radzen.Blazor;

namespace Mayday.Web.Components.Pages;

public sealed partial class Hosts
{
    private readonly List<string> _problems = [];
    private RadzenDataGrid<HostItem>? _grid;
    private IReadOnlyList<HostItem> _rows = [];
    private ViewQuery _query = ViewQuery.Empty(ViewQuery.OfHosts);
    private HostFilter _filter = new();
    private int _total;
    private bool _loaded;

    private string Verdict => !_loaded ? "Every machine that was heard." : _total == 0 ? "None." : $"{Words.Count(_total, "machine", "machines")}{(_query.IsEmpty ? " heard" : " that match")}.";

    protected override void OnInitialized()
    {
        Follow();
        Navigation.LocationChanged += OnMoved;
    }

    private void Follow()
    {
        _problems.Clear();
        _query = ViewQuery.FromUrl(Navigation.Uri, ViewQuery.OfHosts);
        _filter = _query.ToHostFilter(Time.GetUtcNow(), _problems);
    }

    private void OnMoved(object? sender, LocationChangedEventArgs change)
    {
        if (Navigation.ToBaseRelativePath(change.Location).Split('?', '#')[0] != "hosts")
        {
            return;
        }

        Follow();
        _ = InvokeAsync(async () =>
        {
            StateHasChanged();
            if (_grid is not null)
            {
                await _grid.Reload();
            }
        });
    }

    private async Task LoadAsync(LoadDataArgs args)
    {
        var slice = await ReadAsync<Tuple<IReadOnlyList<HostItem>, int>>(async cancellation =>
        {
            var (items, total) = await Queries.SliceHostsAsync(_filter, args.Skip ?? 0, args.Top ?? 50, cancellation);
            return Tuple.Create(items, total);
        });
        if (slice is not null)
        {
            (_rows, _total) = slice;
            _loaded = true;
        }
    }

    protected override void Dispose(bool disposing)
    {
        Navigation.LocationChanged -= OnMoved;
        base.Dispose(disposing);
    }
}
