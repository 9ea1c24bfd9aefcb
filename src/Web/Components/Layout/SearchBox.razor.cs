using System.Collections.Immutable;
using Mayday.Web.Components.Events;
using Mayday.Web.Components.Filters;
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
        "event-formats" => "/event-formats",
        _ when IsOfEvents => "/events",
        _ => "/crashes",
    };

    // One event and alerts as well: who looks at them looks for events.
    private bool IsOfEvents => Path.Split('/')[0] is "events" or "alerts";

    private string Field => IsOfEvents ? ViewQuery.Filter : ViewQuery.Text;

    private ImmutableArray<string> Keys => Target switch
    {
        "/bugs" => ViewQuery.OfBugs,
        "/hosts" => ViewQuery.OfHosts,
        "/event-formats" => ViewQuery.OfEventFormats,
        "/events" => ViewQuery.OfEvents,
        _ => ViewQuery.OfCrashes,
    };

    private string Hint => Target switch
    {
        "/bugs" => "kind:softLockup host:web-* since:7d words of the title",
        "/event-formats" => "severity:err since:7d words of the format or facility",
        "/events" => "words of the event, or severity <= err && host ~ ^web",
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

    private void Follow() => _text = "/" + Path != Target ? ""
        : ViewQuery.FromUrl(Navigation.Uri, Keys) is var query && IsOfEvents ? query[ViewQuery.Filter] ?? ""
        : query.ToSearch();

    private void Search()
    {
        if (!IsOfEvents)
        {
            Navigation.NavigateTo(ViewQuery.FromSearch(_text, Keys).ToUrl(Target));
            return;
        }

        // What else narrows the list stays, as with the list's own box.
        var query = Path == "events" ? ViewQuery.FromUrl(Navigation.Uri, Keys) : ViewQuery.Empty(Keys);
        Navigation.NavigateTo(query.With(ViewQuery.Filter, EventWords.AsFilter(_text)).ToUrl(Target));
    }

    public void Dispose() => Navigation.LocationChanged -= OnMoved;
}
