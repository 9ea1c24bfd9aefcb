using Mayday.Store.Bugs;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Mayday.Web.Components.Bugs;

public sealed partial class BugsPage
{
    private readonly List<string> _problems = [];
    private ViewQuery _query = ViewQuery.Empty(ViewQuery.OfBugs);
    private BugFilter _filter = new();
    private IReadOnlyList<KindFacet>? _facets;
    private int? _total;

    [Inject] public required Facets Facets { get; init; }

    private string Verdict => _total switch
    {
        null => "Crashes with one signature are one bug, on however many machines.",
        0 => "None.",
        _ => $"{Words.Count(_total.Value, "bug", "bugs")}{(_query.IsEmpty ? "" : _total == 1 ? " that matches" : " that match")}: crashes with one signature are one bug, on however many machines.",
    };

    protected override async Task OnInitializedAsync()
    {
        Follow();
        Navigation.LocationChanged += OnMoved;
        _facets = await ReadOnceAsync("bugs", async cancellation => (IReadOnlyList<KindFacet>?)await Facets.BugsByKindAsync(cancellation));
    }

    private void Follow()
    {
        _problems.Clear();
        _query = ViewQuery.FromUrl(Navigation.Uri, ViewQuery.OfBugs);
        _filter = _query.ToBugFilter(Time.GetUtcNow(), _problems);
    }

    private void OnMoved(object? sender, LocationChangedEventArgs change)
    {
        if (Navigation.ToBaseRelativePath(change.Location).Split('?', '#')[0] == "bugs")
        {
            Follow();
            StateHasChanged();
        }
    }

    private void Count(int total) => _total = total;

    protected override void Dispose(bool disposing)
    {
        Navigation.LocationChanged -= OnMoved;
        base.Dispose(disposing);
    }
}
