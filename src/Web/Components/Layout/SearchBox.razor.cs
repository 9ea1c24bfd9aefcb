using System.Collections.Immutable;
using Mayday.Web.Components.Reading;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Mayday.Web.Components.Layout;

/// <summary>One box on every page: it shows what narrows the list, and searches the list one looks at (elsewhere: the crashes).</summary>
public sealed partial class SearchBox : IDisposable
{
    private string _text = "";

    [Inject] public required NavigationManager Navigation { get; init; }

    private string Target => Path switch
    {
        "bugs" => "/bugs",
        "hosts" => "/hosts",
        _ => "/crashes",
    };

    private ImmutableArray<string> Keys => Target switch
    {
        "/bugs" => ViewQuery.OfBugs,
        "/hosts" => ViewQuery.OfHosts,
        _ => ViewQuery.OfCrashes,
    };

    private string Hint => Target switch
    {
        "/bugs" => "kind:softLockup host:web-* since:7d words of the title",
        "/hosts" => "kernel:6.1.0-56-amd64 since:1h name or address",
        _ => "host:web-* kind:nullPointer since:7d words of the log",
    };

    private string Path => Navigation.ToBaseRelativePath(Navigation.Uri).Split('?', '#')[0].TrimEnd('/');

    protected override void OnInitialized()
    {
        Follow();
        Navigation.LocationChanged += OnMoved;
    }

    private void OnMoved(object? sender, LocationChangedEventArgs change)
    {
        Follow();
        StateHasChanged();
    }

    private void Follow() => _text = "/" + Path == Target ? ViewQuery.FromUrl(Navigation.Uri, Keys).ToSearch() : "";

    private void Search() => Navigation.NavigateTo(ViewQuery.FromSearch(_text, Keys).ToUrl(Target));

    public void Dispose() => Navigation.LocationChanged -= OnMoved;
}
