using Mayday.Analysis;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Reanalysis;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>A newer analyser reads stored dumps again.</summary>
public sealed class RewritingTests : IAsyncLifetime
{
    private const int NewVersion = CrashAnalyzer.Version + 1;

    private PostgresFixture _postgres = null!;
    private CrashWriter _writer = null!;
    private StoreQueries _queries = null!;
    private CrashRewriter _rewriter = null!;
    private DumpsForReanalysis _dumps = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _writer = new CrashWriter(_postgres.Source, TimeProvider.System);
        _queries = new StoreQueries(_postgres.Source, TimeProvider.System);
        _rewriter = new CrashRewriter(_postgres.Source, TimeProvider.System);
        _dumps = new DumpsForReanalysis(_postgres.Source);
    }

    public async ValueTask DisposeAsync()
    {
        await KeptCounts.CheckAsync(_postgres.Source);
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task ReadAsync_StoredDumps_ComeBackAsTheyWereWritten()
    {
        var dump = Some.Dump("10.10.0.1", "again", boot: "b1", crashes: Some.Crash("r1", 5)) with
        {
            UserFields = [new UserField("a", "b")],
            UserBlob = new byte[] { 1 },
            Datagrams = new byte[] { 2 },
            DumpNumber = 3,
            DumpType = "oops",
            Processor = "p",
        };
        await _writer.WriteAsync([dump], default);
        await _writer.WriteAsync([.. Enumerable.Range(0, 40).Select(i => Some.Dump("10.10.0.2", crashes: Some.Crash("r2", i + 1)))], default);

        Assert.Equal(41, await _dumps.CountAsync(NewVersion, default));
        var read = new List<FinishedDump>();
        await foreach (var one in _dumps.ReadAsync(NewVersion, default))
        {
            read.Add(one);
        }

        Assert.Equal(41, read.Select(one => one.Id).Distinct().Count());
        var mine = read.Single(one => one.Id == dump.Id);
        Assert.Equal(dump.Log.ToArray(), mine.Log.ToArray());
        Assert.Equal((dump.Host.Address, dump.Host.Name, dump.BootId, dump.DumpNumber, dump.DumpType, dump.Processor), (mine.Host.Address, mine.Host.Name, mine.BootId, mine.DumpNumber, mine.DumpType, mine.Processor));
        Assert.Equal(dump.Completeness with { MissingRanges = [], Notes = [] }, mine.Completeness with { MissingRanges = dump.Completeness.MissingRanges, Notes = dump.Completeness.Notes });
        Assert.Empty(mine.Crashes);
        Assert.Equal(0, await _dumps.CountAsync(CrashAnalyzer.Version, default));
    }

    [Fact]
    public async Task ReplaceAsync_SameReports_ChangesNothingButTheVersion()
    {
        var dump = Some.Dump("10.10.1.1", crashes: [Some.Crash("same1", 5), Some.Crash("same2", 6)]);
        var written = Assert.Single(await _writer.WriteAsync([dump], default));
        Assert.Equal(new RewrittenDump(2, 0, 0, 0, 0), await _rewriter.ReplaceAsync(dump with { AnalyzerVersion = NewVersion }, default));
        Assert.Equal(NewVersion, (await FindAsync(written.CrashIds[0])).AnalyzerVersion);
        Assert.Equal(0, await _dumps.CountAsync(NewVersion, default));
    }

    [Fact]
    public async Task ReplaceAsync_AnotherFunction_MovesTheCrashWithItsId()
    {
        var crash = Some.Crash("wrong", 5);
        var dump = Some.Dump("10.10.1.2", crashes: crash);
        var written = Assert.Single(await _writer.WriteAsync([dump], default));
        var oldBug = (await FindAsync(written.CrashIds[0])).BugId;
        var better = dump.Crashes[0] with { Function = "right", Signature = "bad-access right", SignatureHash = "00112233445566aa", Fatal = true };

        var rewritten = await _rewriter.ReplaceAsync(dump with { Crashes = [better], AnalyzerVersion = NewVersion }, default);

        Assert.Equal(new RewrittenDump(1, 1, 0, 0, 0), rewritten);
        var found = await FindAsync(written.CrashIds[0]);
        Assert.Equal("right", found.Function);
        Assert.True(found.Fatal);
        Assert.NotEqual(oldBug, found.BugId);
        Assert.Equal(0, (await _queries.Bugs.FindBugAsync(oldBug, default))!.CrashCount);
        Assert.Equal((1, 1), ((await _queries.Bugs.FindBugAsync(found.BugId, default))!.CrashCount, (await _queries.Bugs.FindBugAsync(found.BugId, default))!.FatalCount));
    }

    [Fact]
    public async Task ReplaceAsync_NoReportAnyMore_RemovesTheCrash()
    {
        var dump = Some.Dump("10.10.1.3", crashes: [Some.Crash("stays", 5), Some.Crash("none", 6)]);
        var written = Assert.Single(await _writer.WriteAsync([dump], default));
        var rewritten = await _rewriter.ReplaceAsync(dump with { Crashes = [dump.Crashes[0]], AnalyzerVersion = NewVersion }, default);
        Assert.Equal(new RewrittenDump(1, 0, 0, 1, 0), rewritten);
        Assert.Null(await _queries.Crashes.FindCrashAsync(written.CrashIds[1], default));
        Assert.Empty((await FindAsync(written.CrashIds[0])).Incident);
    }

    [Fact]
    public async Task ReplaceAsync_OneReportMore_JoinsTheIncident()
    {
        var both = Some.Dump("10.10.1.4", crashes: [Some.Crash("first", 5), Some.Crash("second", 6)]);
        var written = Assert.Single(await _writer.WriteAsync([both with { Crashes = [both.Crashes[0]] }], default));
        Assert.Equal(new RewrittenDump(1, 0, 1, 0, 0), await _rewriter.ReplaceAsync(both with { AnalyzerVersion = NewVersion }, default));
        Assert.Equal("second", Assert.Single((await FindAsync(written.CrashIds[0])).Incident).Function);
    }

    [Fact]
    public async Task ReplaceAsync_RemovedCrashHadAnotherWitness_LetsThatOneDecide()
    {
        var crash = Some.Crash("witnessed", 5);
        var lead = Some.Dump("10.10.1.5", crashes: crash);
        var other = Some.Dump("10.10.1.5", complete: false, crashes: crash);
        await _writer.WriteAsync([lead, other], default);
        await _rewriter.ReplaceAsync(other with { AnalyzerVersion = NewVersion }, default);

        var rewritten = await _rewriter.ReplaceAsync(lead with { Crashes = [], AnalyzerVersion = NewVersion }, default);

        Assert.Equal(new RewrittenDump(0, 0, 0, 1, 1), rewritten);
        Assert.Equal(1, await _dumps.CountAsync(NewVersion, default));
        Assert.Equal(new RewrittenDump(0, 0, 1, 0, 0), await _rewriter.ReplaceAsync(other with { AnalyzerVersion = NewVersion }, default));
        Assert.Equal(0, await _dumps.CountAsync(NewVersion, default));
    }

    [Fact]
    public async Task ReplaceAsync_LedgerHasForgottenTheCrash_FindsItByTheDump()
    {
        var dump = Some.Dump("10.10.1.6", crashes: Some.Crash("forgotten", 5));
        var written = Assert.Single(await _writer.WriteAsync([dump], default));
        await using (var forget = _postgres.Source.CreateCommand("CREATE TABLE kept AS TABLE crash_occurrence; DELETE FROM crash_occurrence"))
        {
            await forget.ExecuteNonQueryAsync();
        }

        Assert.Equal(new RewrittenDump(1, 0, 0, 0, 0), await _rewriter.ReplaceAsync(dump with { AnalyzerVersion = NewVersion }, default));
        Assert.NotNull(await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default));
        await using var restore = _postgres.Source.CreateCommand("INSERT INTO crash_occurrence TABLE kept");
        await restore.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task ReplaceAsync_DumpIsGone_IsNull() =>
        Assert.Null(await _rewriter.ReplaceAsync(Some.Dump("10.10.1.7", crashes: Some.Crash("gone", 5)), default));

    private async Task<CrashDetail> FindAsync(Guid id) => (await _queries.Crashes.FindCrashAsync(id, default))!;
}
