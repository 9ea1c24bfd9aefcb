using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;

namespace Mayday.Web.Components.Crashes;

public sealed partial class CrashesPage
{
    /// <summary>Relative times grow old while nothing happens.</summary>
    private static readonly TimeSpan s_ageing = TimeSpan.FromSeconds(20);

    private readonly List<string> _problems = [];
    private ViewQuery _query = ViewQuery.Empty(ViewQuery.OfCrashes);
    private CrashFilter _filter = new();
    private CrashGrid? _grid;
    private IDisposable? _subscription;
    private int? _total;
    private int _waiting;

    [Inject] public required CrashFeed Feed { get; init; }

    [Inject] public required IJSRuntime Script { get; init; }

    private string Verdict => _total switch
    {
        null => "Newest first; new ones appear by themselves.",
        0 => "None.",
        >= CrashGrid.CountLimit => $"More than {Words.Count(CrashGrid.CountLimit)}, newest first; new ones appear by themselves.",
        _ => $"{Words.Count(_total.Value, "crash", "crashes")}{(_query.IsEmpty ? "" : _total == 1 ? " that matches" : " that match")}, newest first; new ones appear by themselves.",
    };

    protected override void OnInitialized()
    {
        Follow();
        Navigation.LocationChanged += OnMoved;
        if (RendererInfo.IsInteractive)
        {
            _subscription = Feed.Subscribe(() => InvokeAsync(OnNewsAsync));
            _ = AgeAsync();
        }
    }

    private void Follow()
    {
        _problems.Clear();
        _query = ViewQuery.FromUrl(Navigation.Uri, ViewQuery.OfCrashes);
        _filter = _query.ToCrashFilter(Time.GetUtcNow(), _problems);
        _waiting = 0;
    }

    private void OnMoved(object? sender, LocationChangedEventArgs change)
    {
        if (Navigation.ToBaseRelativePath(change.Location).Split('?', '#')[0] == "crashes")
        {
            Follow();
            StateHasChanged();
        }
    }

    private void Count(int total) => _total = total;

    /// <summary>Rows slide in only under the eyes of somebody who looks at the top; whoever reads further down keeps the place.</summary>
    private async Task OnNewsAsync()
    {
        if (Gone.IsCancellationRequested || _grid is null)
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
            var now = await ReadAsync<object>(async cancellation => (await Queries.Crashes.SliceCrashesAsync(_filter, 0, 1, CrashGrid.CountLimit, cancellation)).Total);
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

    private async Task AgeAsync()
    {
        using var timer = new PeriodicTimer(s_ageing, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(Gone))
            {
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The reader is gone.
        }
    }

    protected override void Dispose(bool disposing)
    {
        _subscription?.Dispose();
        Navigation.LocationChanged -= OnMoved;
        base.Dispose(disposing);
    }
}
