using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Display;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components.Routing;

namespace Mayday.Web.Components.Hosts;

public sealed partial class HostsPage
{
    private readonly List<string> _problems = [];
    private ViewQuery _query = ViewQuery.Empty(ViewQuery.OfHosts);
    private HostFilter _filter = new();
    private int? _total;

    private string Verdict => _total switch
    {
        null => "Every machine that has sent something.",
        0 => "None.",
        _ => $"{Words.Count(_total.Value, "machine", "machines")}{(_query.IsEmpty ? " reporting" : _total == 1 ? " that matches" : " that match")}.",
    };

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
        if (Navigation.ToBaseRelativePath(change.Location).Split('?', '#')[0] == "hosts")
        {
            Follow();
            StateHasChanged();
        }
    }

    private void Count(int total) => _total = total;

    private static string Addresses(HostItem host) => PlainText.Of(string.Join(", ", host.Addresses.Where(address => address != host.Name).Take(3)));

    private async Task<Slice<HostItem>> ReadAsync(ListWindow window, CancellationToken cancellation)
    {
        var (items, total) = await Queries.Hosts.SliceHostsAsync(_filter, window.Offset, window.Count, cancellation);
        return new(items, total);
    }

    protected override void Dispose(bool disposing)
    {
        Navigation.LocationChanged -= OnMoved;
        base.Dispose(disposing);
    }
}
