using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Mayday.Web.Components.Display;

/// <summary>
/// A list of any length that scrolls with the page: only the rows on the screen are fetched, the first ones already with the document.
/// MudDataGrid with server data renders nothing before its circuit runs. The first rows are therefore a second, plain grid, which stays until the
/// live one has its own rows at the same place; then the two change places in one rendering.
/// </summary>
public sealed partial class LiveGrid<T> where T : class
{
    /// <summary>The first rows fill a screen of this many pixels, so that nothing moves when the circuit takes over.</summary>
    private const float FirstPixels = 1600;

    private readonly HashSet<string> _hidden = [];
    private MudDataGrid<T>? _still;
    private MudDataGrid<T>? _live;
    private IReadOnlyList<T>? _first;
    private object? _readFor;
    private int? _total;
    private bool _provided;
    private bool _asked;

    [Inject] public required IJSRuntime Script { get; init; }

    [Parameter, EditorRequired] public string Label { get; set; } = "";

    [Parameter] public string Class { get; set; } = "";

    /// <summary><see cref="ListColumn{T}"/>s.</summary>
    [Parameter, EditorRequired] public RenderFragment Columns { get; set; } = _ => { };

    /// <summary>What stands above the rows, beside the menu of columns: the count, or what can be done with the chosen ones.</summary>
    [Parameter] public RenderFragment? Bar { get; set; }

    [Parameter] public Func<T, string?>? RowClass { get; set; }

    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>The height of a usual row; the true heights are measured.</summary>
    [Parameter] public float RowHeight { get; set; } = 36;

    /// <summary>What the rows are narrowed by; when it changes, they are read anew.</summary>
    [Parameter, EditorRequired] public object Filter { get; set; } = "";

    [Parameter, EditorRequired] public Func<ListWindow, CancellationToken, Task<Slice<T>>> Read { get; set; } = (_, _) => Task.FromResult(new Slice<T>([], 0));

    /// <summary>Tells how many there are after every reading.</summary>
    [Parameter] public EventCallback<int> Counted { get; set; }

    private int FirstRows => (int)Math.Ceiling(FirstPixels / RowHeight);

    private MudDataGrid<T>? Shown => _provided ? _live : _still ?? _live;

    private Dictionary<string, object?> Attributes => new() { ["aria-label"] = Label, ["aria-rowcount"] = _total ?? -1 };

    /// <summary>Reads again what is on the screen.</summary>
    public async Task RefreshAsync()
    {
        if (_live is not null)
        {
            await _live.ReloadServerData();
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
        var slice = await ReadOnceAsync($"{Label} {Navigation.Uri}", async cancellation => (Slice<T>?)await Read(new(0, FirstRows), cancellation));
        if (slice is not null)
        {
            _first = slice.Items;
            await CountAsync(slice.Total);
        }
    }

    /// <summary>
    /// The virtual list asks when one of its two spacers comes into view; until it has, both have no height and stand above the first rows. A reader
    /// who had scrolled past them before the circuit took over would never make it ask, and reach the end of the first rows for good.
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

    private async Task<GridData<T>> ProvideAsync(GridStateVirtualize<T> state, CancellationToken cancellation)
    {
        if (state.Count == 0 && _total is > 0 and var known)
        {
            // It only wants to know how many there are, before it has measured a row.
            return new() { Items = [], TotalItems = known };
        }

        _asked = state.Count > 0;
        var sort = state.SortDefinitions.FirstOrDefault();
        Slice<T>? slice;
        try
        {
            slice = await ReadAsync(async _ => (Slice<T>?)await Read(new(state.StartIndex, state.Count, sort?.SortBy, sort?.Descending ?? false), cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Only its own token is an end for the virtual list; a driver's linked one would be an error, and end the circuit.
            throw new OperationCanceledException(cancellation);
        }

        if (slice is null)
        {
            StateHasChanged();
            return new() { Items = _first ?? [], TotalItems = _first?.Count ?? 0 };
        }

        await CountAsync(slice.Total);
        if (!_provided && (state.Count > 0 || slice.Total == 0))
        {
            _ = ChangePlacesAsync();
        }

        return new() { Items = slice.Items, TotalItems = slice.Total };
    }

    /// <summary>After the live grid has drawn what it is about to be given.</summary>
    private async Task ChangePlacesAsync()
    {
        await Task.Yield();
        _provided = true;
        _first = null;
        _still = null;
        StateHasChanged();
    }

    private async Task ToggleAsync(Column<T> column)
    {
        var title = column.Title ?? "";
        if (!_hidden.Remove(title))
        {
            _hidden.Add(title);
        }

        await column.ToggleAsync();
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
