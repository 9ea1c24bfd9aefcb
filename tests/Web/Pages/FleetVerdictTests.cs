using Mayday.Store.Ingest;
using Mayday.Web.Components.Overview;

namespace Mayday.Web.Tests.Pages;

public sealed class FleetVerdictTests
{
    private static readonly Fleet s_calm = new()
    {
        CrashesToday = 3,
        DeathsToday = 0,
        HostsToday = 40,
        AllBugs = 2,
        NewBugs = [],
        Growing = [],
        Days = [],
        Ingest = new IngestStats { Collectors = [new CollectorState("one", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, true)] },
    };

    [Fact]
    public void Verdict_KnownBugsOnly_IsYes() => Assert.Equal("Yes. No bug grows. 3 crashes in 24 hours, 0 of them fatal.", Say(s_calm));

    [Fact]
    public void Verdict_BugsNeverSeenBefore_IsNotYes() =>
        Assert.Equal("Mostly. No bug grows, 1 is new. 3 crashes in 24 hours, 0 of them fatal.", Say(s_calm with { NewBugs = [null!] }));

    [Fact]
    public void Verdict_Deaths_IsNotYes() => Assert.StartsWith("Mostly.", Say(s_calm with { DeathsToday = 1 }), StringComparison.Ordinal);

    private static string Say(Fleet fleet) => string.Concat(fleet.Verdict().Select(fragment => fragment.Text));
}
