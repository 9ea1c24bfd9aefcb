using Mayday.Store.Ingest;
using Mayday.Web.Components.Ingest;

namespace Mayday.Web.Tests.Pages;

public sealed class IngestVerdictTests
{
    private static readonly IngestStats s_calm = new()
    {
        Collectors = [new CollectorState("one", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, true)],
        Datagrams = 7,
        DumpsStored = 2,
        CrashesStored = 1,
    };

    private static string Say(IngestStats stats) => string.Concat(IngestVerdict.Of(stats).Select(fragment => fragment.Text));

    [Fact]
    public void Calm_IsSaid() =>
        Assert.Equal("All is well: nothing that reached this machine was lost. 7 datagrams made 2 dumps and 1 crash.", Say(s_calm));

    [Fact]
    public void LostOnTheWay_IsNotCalledWellAltogether() =>
        Assert.StartsWith(
            "All is well on this side of the network: nothing that reached this machine was lost.",
            Say(s_calm with { Loss = new LossBudget { Since = DateTimeOffset.UnixEpoch, Received = 100, Lost = 53 } }),
            StringComparison.Ordinal);

    [Fact]
    public void GivenUpBeforeTheAnalysis_IsNeverWell() =>
        Assert.StartsWith(
            "42,544 dumps were given up because they came faster than they could be understood", Say(s_calm with { DroppedDumps = 42_544 }), StringComparison.Ordinal);
}
