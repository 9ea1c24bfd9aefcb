using Mayday.Store;
using Mayday.Web.Components.Display;
using Mayday.Web.Components.Reading;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Pages;

public sealed partial class Overview
{
    /// <summary>The page is an overview, not a pulse: during a storm it need not read itself again ten times a second.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private Fleet? _fleet;
    private IDisposable? _subscription;
    private Throttle? _calm;

    [Inject] public required CrashFeed Feed { get; init; }

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            _calm = new Throttle(Calm, Time, () => InvokeAsync(RefreshAsync));
            _subscription = Feed.Subscribe(() =>
            {
                _calm.Trigger();
                return Task.CompletedTask;
            });
        }

        _fleet = await ReadOnceAsync("overview", LookAsync);
    }

    private async Task RefreshAsync()
    {
        _fleet = await ReadAsync(LookAsync) ?? _fleet;
        StateHasChanged();
    }

    private async Task<Fleet?> LookAsync(CancellationToken cancellation)
    {
        var now = Time.GetUtcNow();
        var (_, today) = await Queries.SliceCrashesAsync(new CrashFilter { Since = now - Day }, 0, 1, CrashGrid.CountLimit, cancellation);
        var (_, yesterday) = await Queries.SliceCrashesAsync(new CrashFilter { Since = now - 2 * Day, Until = now - Day }, 0, 1, CrashGrid.CountLimit, cancellation);
        var (_, deaths) = await Queries.SliceCrashesAsync(new CrashFilter { Since = now - Day, Fatal = true }, 0, 1, CrashGrid.CountLimit, cancellation);
        var (_, hosts) = await Queries.SliceHostsAsync(new HostFilter { Since = now - Day }, 0, 1, cancellation);
        var (lately, _) = await Queries.SliceBugsAsync(new BugFilter(), 0, Fleet.MostBugs, cancellation);
        var (newest, bugs) = await Queries.SliceBugsAsync(new BugFilter { Sort = "firstSeen" }, 0, Fleet.MostBugs, cancellation);
        var stats = await Queries.IngestStatsAsync(cancellation);
        return new Fleet
        {
            CrashesToday = today,
            CrashesYesterday = yesterday,
            DeathsToday = deaths,
            HostsToday = hosts,
            AllBugs = bugs,
            NewBugs = [.. newest.Where(bug => now - bug.FirstSeen < Day)],
            Growing = Fleet.GrowingOf(lately),
            Days = Fleet.DaysOf(lately, now),
            Ingest = stats,
        };
    }

    private static string Capped(int count) => count >= CrashGrid.CountLimit ? $"{Words.Count(CrashGrid.CountLimit)}+" : Words.Count(count);

    protected override void Dispose(bool disposing)
    {
        _subscription?.Dispose();
        _calm?.Dispose();
        base.Dispose(disposing);
    }
}
