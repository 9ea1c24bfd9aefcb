using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>A person says which signatures are one bug.</summary>
public sealed class BugDecisionTests : IAsyncLifetime
{
    private static int s_time = 1000;

    private PostgresFixture _postgres = null!;
    private CrashWriter _writer = null!;
    private StoreQueries _queries = null!;
    private BugDecisions _decisions = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _writer = new CrashWriter(_postgres.Source, TimeProvider.System);
        _queries = new StoreQueries(_postgres.Source, TimeProvider.System);
        _decisions = new BugDecisions(_postgres.Source, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await KeptCounts.CheckAsync(_postgres.Source);
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task MergeAsync_TwoBugs_MovesCrashesAndCounts()
    {
        var a = await CrashAsync("10.11.0.1", "merge_a", fatal: true);
        await CrashAsync("10.11.0.2", "merge_a");
        var b = await CrashAsync("10.11.0.1", "merge_b");

        Assert.Equal(new BugDecision(BugDecisionOutcome.Done, b, 2), await _decisions.MergeAsync(a, b, "same lock", default));

        var into = await FindAsync(b);
        Assert.Equal((3, 2, 1), (into.CrashCount, into.HostCount, into.FatalCount));
        Assert.Equal([("merge_a", 2L), ("merge_b", 1L)], into.Signatures.Select(one => (one.Title.Split(' ')[^1], one.Crashes)));
        Assert.Null(into.MergedInto);
        var gone = await FindAsync(a);
        Assert.Equal((0, b), (gone.CrashCount, gone.MergedInto));
        Assert.Empty(gone.Signatures);
    }

    [Fact]
    public async Task MergeAsync_LaterCrash_FollowsThroughTwoMerges()
    {
        var a = await CrashAsync("10.11.1.1", "chain_a");
        var b = await CrashAsync("10.11.1.1", "chain_b");
        var c = await CrashAsync("10.11.1.1", "chain_c");
        await _decisions.MergeAsync(a, b, null, default);
        await _decisions.MergeAsync(b, c, null, default);

        Assert.Equal(c, await CrashAsync("10.11.1.2", "chain_a"));
        Assert.Equal(c, await CrashAsync("10.11.1.2", "chain_b"));
        Assert.Equal((5, c), ((await FindAsync(c)).CrashCount, (await FindAsync(a)).MergedInto));
    }

    [Fact]
    public async Task SplitAsync_MergedSignature_HasItsOwnBugAgain()
    {
        var a = await CrashAsync("10.11.2.1", "split_a", fatal: true);
        var b = await CrashAsync("10.11.2.2", "split_b");
        var (wasA, wasB) = (await FindAsync(a), await FindAsync(b));
        await _decisions.MergeAsync(a, b, null, default);
        await CrashAsync("10.11.2.3", "split_a");

        Assert.Equal(new BugDecision(BugDecisionOutcome.Done, a, 2), await _decisions.SplitAsync(b, wasA.SignatureHash, null, default));

        var (nowA, nowB) = (await FindAsync(a), await FindAsync(b));
        Assert.Equal((2, 2, 1, null), (nowA.CrashCount, nowA.HostCount, nowA.FatalCount, nowA.MergedInto));
        Assert.Equal((wasB.CrashCount, wasB.FatalCount, wasB.FirstSeen, wasB.LastSeen), (nowB.CrashCount, nowB.FatalCount, nowB.FirstSeen, nowB.LastSeen));
        Assert.Equal(a, await CrashAsync("10.11.2.4", "split_a"));
    }

    [Fact]
    public async Task Mistakes_AreToldAndChangeNothing()
    {
        var a = await CrashAsync("10.11.3.1", "mistake_a");
        var b = await CrashAsync("10.11.3.1", "mistake_b");
        var unknown = Guid.CreateVersion7();
        var own = (await FindAsync(a)).SignatureHash;

        Assert.Equal(BugDecisionOutcome.SameBug, (await _decisions.MergeAsync(a, a, null, default)).Outcome);
        Assert.Equal(BugDecisionOutcome.NoSuchBug, (await _decisions.MergeAsync(unknown, a, null, default)).Outcome);
        Assert.Equal(BugDecisionOutcome.NoSuchTarget, (await _decisions.MergeAsync(a, unknown, null, default)).Outcome);
        Assert.Equal(BugDecisionOutcome.OwnSignature, (await _decisions.SplitAsync(a, own, null, default)).Outcome);
        Assert.Equal(BugDecisionOutcome.NotOfThisBug, (await _decisions.SplitAsync(b, own, null, default)).Outcome);
        Assert.Equal(BugDecisionOutcome.NoSuchBug, (await _decisions.SplitAsync(unknown, own, null, default)).Outcome);
        await _decisions.MergeAsync(a, b, null, default);
        Assert.Equal(new BugDecision(BugDecisionOutcome.MergedAlready, b), await _decisions.MergeAsync(a, b, null, default));
        Assert.Equal(new BugDecision(BugDecisionOutcome.MergedAlready, b), await _decisions.MergeAsync(b, a, null, default));
    }

    private async Task<Guid> CrashAsync(string address, string function, bool fatal = false)
    {
        var dump = Some.Dump(address, crashes: Some.Crash(function, Interlocked.Increment(ref s_time), fatal: fatal));
        var written = Assert.Single(await _writer.WriteAsync([dump], default));
        return (await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default))!.BugId;
    }

    private async Task<BugDetail> FindAsync(Guid bug) => (await _queries.Bugs.FindBugAsync(bug, default))!;
}
