using Mayday.Events.Filtering;
using Mayday.Events.Screening;
using Mayday.Store.Events;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;

namespace Mayday.Web.Components.Events;

public sealed partial class EventsPage
{
    private readonly List<string> _problems = [];
    private ViewQuery _query = ViewQuery.Empty(ViewQuery.OfEvents);
    private EventListFilter? _filter;
    private EventGrid? _grid;
    private IDisposable? _subscription;
    private int? _total;
    private int _waiting;

    [Inject] public required EventQueries Records { get; init; }

    [Inject] public required EventKnowledge Knowledge { get; init; }

    [Inject] public required EventFeed Feed { get; init; }

    [Inject] public required IJSRuntime Script { get; init; }

    private DateTimeOffset? SearchedTo => _filter is null ? null : _grid?.SearchedTo;

    private string Verdict => _filter is null
        ? "The filter has a mistake: nothing was asked."
        : _total switch
        {
            not null when SearchedTo is not null => $"{Words.Count(_total.Value, "event", "events")} found so far, newest first.",
            null => "Newest first; new ones appear by themselves.",
            0 => "None.",
            >= EventGrid.CountLimit => $"More than {Words.Count(EventGrid.CountLimit)}, newest first; new ones appear by themselves.",
            _ => $"{Words.Count(_total.Value, "event", "events")}{(_query.IsEmpty ? "" : _total == 1 ? " that matches" : " that match")}, newest first; new ones appear by themselves.",
        };

    protected override void OnInitialized()
    {
        Follow();
        Navigation.LocationChanged += OnMoved;
        if (RendererInfo.IsInteractive)
        {
            _subscription = Feed.Subscribe(() => InvokeAsync(OnNewsAsync));
        }
    }

    private void Follow()
    {
        _problems.Clear();
        _waiting = 0;
        _query = ViewQuery.FromUrl(Navigation.Uri, ViewQuery.OfEvents);
        EventFilter? filter = null;
        if (_query[ViewQuery.Filter] is { } text && !EventFilter.TryParse(text, Knowledge.Templates.Names, out filter, out _))
        {
            _filter = null; // the box says what is wrong with it
            return;
        }

        _filter = _query.ToEventFilter(Time.GetUtcNow(), _problems) with { Filter = filter };
    }

    private void OnMoved(object? sender, LocationChangedEventArgs change)
    {
        if (Navigation.ToBaseRelativePath(change.Location).Split('?', '#')[0] == "events")
        {
            Follow();
            StateHasChanged();
        }
    }

    private void Count(int total) => _total = total;

    // From there on, in the same words: a link like every view.
    private string Before(DateTimeOffset reached) =>
        _query.With("until", reached.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture)).ToUrl("events");

    private async Task OnNewsAsync()
    {
        // What takes seconds to search for is not searched for again with every event that comes.
        if (Gone.IsCancellationRequested || _grid is null || _filter is null || _grid.IsSearch)
        {
            return;
        }

        if (await Script.InvokeAsync<bool>("mayday.atTop", Gone))
        {
            _waiting = 0;
            await _grid.RefreshAsync();
        }
        else
        {
            var now = await ReadAsync<object>(async cancellation => (await Records.SliceAsync(_filter, 0, 1, EventGrid.CountLimit, cancellation)).Total);
            _waiting = now is int count ? Math.Max(0, count - (_total ?? 0)) : _waiting;
        }

        StateHasChanged();
    }

    private async Task ShowNewAsync()
    {
        _waiting = 0;
        await Script.InvokeVoidAsync("mayday.toTop", Gone);
        if (_grid is not null)
        {
            await _grid.RefreshAsync();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _subscription?.Dispose();
        Navigation.LocationChanged -= OnMoved;
        base.Dispose(disposing);
    }
}
