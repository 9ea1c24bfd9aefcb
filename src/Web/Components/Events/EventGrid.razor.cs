using Mayday.Store.Events;
using Mayday.Web.Components.Display;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Events;

/// <summary>A list of events, newest first, of any length.</summary>
public sealed partial class EventGrid
{
    /// <summary>Above this the number is not read any more; events come by the million.</summary>
    public const int CountLimit = 10_000;

    private readonly HashSet<Guid> _seen = [];
    private LiveGrid<EventItem>? _list;
    private EventListFilter? _filter;
    private bool _settled;

    // A search that no index serves takes seconds: scrolling shows what it found, and only a new question or a refresh searches again.
    private EventSearchPage? _found;

    [Inject] public required EventQueries Records { get; init; }

    [Parameter, EditorRequired] public EventListFilter Filter { get; set; } = new();

    [Parameter, EditorRequired] public string Label { get; set; } = "Events";

    [Parameter] public bool ShowHost { get; set; } = true;

    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>What stands above the rows.</summary>
    [Parameter] public RenderFragment? Bar { get; set; }

    /// <summary>Tells how many there are after every reading.</summary>
    [Parameter] public EventCallback<int> Counted { get; set; }

    /// <summary>Where a search that no index serves ended; null where every event was looked at.</summary>
    public DateTimeOffset? SearchedTo => _found?.SearchedTo;

    /// <summary>No index serves the filter: asking again costs seconds of the database's time.</summary>
    public bool IsSearch => _found is not null;

    /// <summary>Reads again what is on the screen; rows not seen before are marked for a moment.</summary>
    public Task RefreshAsync()
    {
        _found = null;
        return _list?.RefreshAsync() ?? Task.CompletedTask;
    }

    protected override void OnParametersSet()
    {
        if (_filter != Filter)
        {
            _filter = Filter;
            _seen.Clear();
            _settled = false;
            _found = null;
        }
    }

    private async Task<Slice<EventItem>> ReadAsync(ListWindow window, CancellationToken cancellation)
    {
        if (_found is { } found)
        {
            return new([.. found.Items.Skip(window.Offset).Take(window.Count)], found.Items.Count);
        }

        var slice = await Records.SliceAsync(Filter, window.Offset, window.Count, CountLimit, cancellation);
        _found = slice.Found;
        var (items, total) = slice;
        if (!_settled || window.Offset > 0)
        {
            _seen.UnionWith(items.Select(item => item.Id));
            _settled = true;
        }

        return new(items, total);
    }

    private string? FreshClass(EventItem item) => _seen.Contains(item.Id) ? null : "fresh";

    private static string? Device(EventItem item) => item.Fields.FirstOrDefault(field => field.Key == "DEVICE").Value;
}
