using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Ingest;
using Mayday.Web.Components.Texts;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Overview;

public sealed partial class OverviewPage
{
    /// <summary>The page is an overview, not a pulse: during a storm it need not read itself again ten times a second.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private Fleet? _fleet;
    private IDisposable? _subscription;
    private Throttle? _calm;

    [Inject] public required CrashFeed Feed { get; init; }

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            _calm = new Throttle(s_calm, Time, () => InvokeAsync(RefreshAsync));
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
        var (_, today) = await Queries.Crashes.SliceCrashesAsync(new CrashFilter { Since = now - s_day }, 0, 1, CrashGrid.CountLimit, cancellation);
        var (_, yesterday) = await Queries.Crashes.SliceCrashesAsync(new CrashFilter { Since = now - 2 * s_day, Until = now - s_day }, 0, 1, CrashGrid.CountLimit, cancellation);
        var (_, deaths) = await Queries.Crashes.SliceCrashesAsync(new CrashFilter { Since = now - s_day, Fatal = true }, 0, 1, CrashGrid.CountLimit, cancellation);
        var (_, hosts) = await Queries.Hosts.SliceHostsAsync(new HostFilter { Since = now - s_day }, 0, 1, cancellation);
        var (lately, _) = await Queries.Bugs.SliceBugsAsync(new BugFilter(), 0, Fleet.MostBugs, cancellation);
        var (newest, bugs) = await Queries.Bugs.SliceBugsAsync(new BugFilter { Sort = "firstSeen" }, 0, Fleet.MostBugs, cancellation);
        var stats = await Queries.Ingest.IngestStatsAsync(cancellation);
        return new Fleet
        {
            CrashesToday = today,
            CrashesYesterday = yesterday,
            DeathsToday = deaths,
            HostsToday = hosts,
            AllBugs = bugs,
            NewBugs = [.. newest.Where(bug => now - bug.FirstSeen < s_day)],
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
