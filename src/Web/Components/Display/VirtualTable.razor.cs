using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;

namespace Mayday.Web.Components.Display;

/// <summary>Rows by position and how many there are in all.</summary>
public sealed record Slice<TItem>(IReadOnlyList<TItem> Items, int Total);

/// <summary>
/// A table of any length that scrolls with the page: only the rows on the screen are fetched, the first ones already with the document.
/// Lists move one by one to <see cref="LiveGrid{T}"/>, which does the same with MudDataGrid.
/// </summary>
public sealed partial class VirtualTable<TItem> where TItem : class
{
    /// <summary>Two lines of text and their air; rows that wrap are measured.</summary>
    private const float RowHeight = 58;

    /// <summary>Fills a tall screen, so that nothing moves when the circuit takes over.</summary>
    private const int FirstRows = 40;

    private Virtualize<TItem>? _virtual;
    private IReadOnlyList<TItem>? _first;
    private object? _readFor;
    private int? _total;
    private bool _provided;
    private bool _asked;

    [Inject] public required IJSRuntime Script { get; init; }

    [Parameter, EditorRequired] public string Label { get; set; } = "";

    [Parameter] public string Class { get; set; } = "";

    [Parameter, EditorRequired] public RenderFragment Head { get; set; } = _ => { };

    [Parameter, EditorRequired] public RenderFragment<TItem> Row { get; set; } = _ => _ => { };

    [Parameter, EditorRequired] public Func<TItem, object> Key { get; set; } = item => item;

    [Parameter] public Func<TItem, string?>? RowClass { get; set; }

    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>What the rows are narrowed by; when it changes, they are read anew.</summary>
    [Parameter, EditorRequired] public object Filter { get; set; } = "";

    /// <summary>Rows from an offset, so many.</summary>
    [Parameter, EditorRequired] public Func<int, int, CancellationToken, Task<Slice<TItem>>> Read { get; set; } = (_, _, _) => Task.FromResult(new Slice<TItem>([], 0));

    /// <summary>Tells how many there are after every reading.</summary>
    [Parameter] public EventCallback<int> Counted { get; set; }

    /// <summary>Reads again what is on the screen.</summary>
    public async Task RefreshAsync()
    {
        if (_virtual is not null)
        {
            await _virtual.RefreshDataAsync();
            StateHasChanged();
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        if (Equals(_readFor, Filter))
        {
            return;
        }

        var isFirst = _readFor is null;
        _readFor = Filter;
        if (!isFirst)
        {
            await RefreshAsync();
            return;
        }

        // A time-relative filter differs between the two renderings by milliseconds: the label and the address tell what is the same list.
        var slice = await ReadOnceAsync($"{Label} {Navigation.Uri}", async cancellation => (Slice<TItem>?)await Read(0, FirstRows, cancellation));
        if (slice is not null)
        {
            _first = slice.Items;
            await CountAsync(slice.Total);
        }
    }

    /// <summary>
    /// Virtualize asks when one of its two spacers comes into view; until it has, both have no height and stand above the first rows. A reader who
    /// had scrolled past them before the circuit took over would never make it ask, and reach the end of the first rows for good.
    /// </summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            await Script.InvokeVoidAsync("mayday.drawn", Gone);
            if (!_asked)
            {
                await RefreshAsync();
            }
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
        {
            // The reader is gone.
        }
    }

    private async ValueTask<ItemsProviderResult<TItem>> ProvideAsync(ItemsProviderRequest request)
    {
        _asked = true;
        Slice<TItem>? slice;
        try
        {
            slice = await ReadAsync(async _ => (Slice<TItem>?)await Read(request.StartIndex, request.Count, request.CancellationToken));
        }
        catch (OperationCanceledException) when (request.CancellationToken.IsCancellationRequested)
        {
            // Only its own token is an end for Virtualize; a driver's linked one would be an error, and end the circuit.
            throw new OperationCanceledException(request.CancellationToken);
        }

        if (slice is null)
        {
            StateHasChanged();
            return new(_first ?? [], _first?.Count ?? 0);
        }

        await CountAsync(slice.Total);
        if (!_provided)
        {
            _provided = true;
            _first = null;
            StateHasChanged();
        }

        return new(slice.Items, slice.Total);
    }

    private async Task CountAsync(int total)
    {
        if (_total != total)
        {
            _total = total;
            StateHasChanged();
            await Counted.InvokeAsync(total);
        }
    }
}
