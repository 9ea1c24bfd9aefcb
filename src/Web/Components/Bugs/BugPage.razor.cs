using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Filters;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Mayday.Web.Components.Bugs;

public sealed partial class BugPage
{
    private BugDetail? _bug;
    private IReadOnlyList<SimilarBug> _similar = [];
    private CrashGrid? _grid;
    private CrashFilter _filter = new();
    private IDisposable? _subscription;
    private Guid _read;
    private bool _loaded;

    [Parameter] public Guid Id { get; set; }

    [CascadingParameter] public HttpContext? Http { get; set; }

    [Inject] public required CrashFeed Feed { get; init; }

    protected override void OnInitialized()
    {
        if (RendererInfo.IsInteractive)
        {
            _subscription = Feed.Subscribe(() => InvokeAsync(OnNewsAsync));
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_read == Id)
        {
            return;
        }

        _read = Id;
        _loaded = false;
        _bug = null;
        _filter = new CrashFilter { Bug = Id };
        _bug = await ReadOnceAsync(Id.ToString("N"), cancellation => Queries.Bugs.FindBugAsync(Id, cancellation));
        _similar = _bug is null ? [] : await ReadOnceAsync(Id.ToString("N") + "-similar", cancellation => Queries.Bugs.FindSimilarBugsAsync(Id, cancellation)) ?? [];
        _loaded = true;
        if (_bug is null && Failure is null && Http is { Response.HasStarted: false } http)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private async Task OnNewsAsync()
    {
        var now = await ReadAsync(cancellation => Queries.Bugs.FindBugAsync(Id, cancellation));
        if (now is null || now.CrashCount == _bug?.CrashCount)
        {
            return;
        }

        _bug = now;
        StateHasChanged();
        if (_grid is not null)
        {
            await _grid.RefreshAsync();
        }
    }

    private string Narrow(string key, string value) =>
        ViewQuery.Empty(ViewQuery.OfCrashes).With("bug", Id.ToString()).With(key, value).ToUrl("crashes");

    protected override void Dispose(bool disposing)
    {
        _subscription?.Dispose();
        base.Dispose(disposing);
    }
}
