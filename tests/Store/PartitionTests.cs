using Mayday.Migrations;
using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Mayday.Tests.Shared;
using Npgsql;

namespace Mayday.Store.Tests;

public sealed class PartitionTests : IAsyncLifetime
{
    private PostgresFixture _postgres = null!;
    private PartitionKeeper _keeper = null!;
    private CrashWriter _writer = null!;
    private StoreQueries _queries = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _keeper = new PartitionKeeper(_postgres.Source);
        _writer = new CrashWriter(_postgres.Source, TimeProvider.System);
        _queries = new StoreQueries(_postgres.Source, TimeProvider.System);
    }

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task MaintainAsync_SecondTime_DoesNothing()
    {
        var now = Some.Now;
        await _keeper.MaintainAsync(now, PartitionKeeper.DefaultRetention, default);
        var second = await _keeper.MaintainAsync(now, PartitionKeeper.DefaultRetention, default);
        Assert.Empty(second.Created);
        Assert.Empty(second.Dropped);
    }

    [Fact]
    public async Task MaintainAsync_NextDay_MakesOneMoreOfEach()
    {
        var now = Some.Now;
        await _keeper.MaintainAsync(now, PartitionKeeper.DefaultRetention, default);
        var tomorrow = await _keeper.MaintainAsync(now.AddDays(1), PartitionKeeper.DefaultRetention, default);
        var day = now.AddDays(1 + PartitionKeeper.DaysAhead).ToString("yyyyMMdd");
        Assert.Equal([$"dump_{day}", $"crash_{day}", $"crash_witness_{day}", $"event_{day}", $"log_block_{day}"], tomorrow.Created);
    }

    [Fact]
    public async Task MaintainAsync_SeveralAtOnce_MakeEachPartitionOnce()
    {
        var later = Some.Now.AddDays(20);
        var rounds = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _keeper.MaintainAsync(later, TimeSpan.FromDays(365), default)));
        var created = rounds.SelectMany(round => round.Created).ToArray();
        Assert.Equal(5 * (PartitionKeeper.DaysAhead + 2), created.Length);
        Assert.Equal(created.Length, created.Distinct().Count());
    }

    [Fact]
    public async Task MaintainAsync_DefaultPartitionHoldsRowsOfTheDay_MovesThem()
    {
        var future = Some.Now.AddDays(10);
        var written = Assert.Single(await _writer.WriteAsync([Some.Dump("10.7.0.1", at: future, crashes: Some.Crash("misdated", 1))], default));
        Assert.Equal(3, (await _queries.Ingest.IngestStatsAsync(default)).MisdatedRows);

        await _keeper.MaintainAsync(future, PartitionKeeper.DefaultRetention, default);

        Assert.Equal(0, (await _queries.Ingest.IngestStatsAsync(default)).MisdatedRows);
        Assert.NotNull(await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default));
        Assert.Equal($"crash_{future.UtcDateTime:yyyyMMdd}", await ScalarAsync("SELECT tableoid::regclass::text FROM crash"));
    }

    [Fact]
    public async Task MigrateAsync_DataOlderThanTheDefaultRetention_KeepsIt()
    {
        // Whoever set Store:Retention to a year must not lose three quarters of it by a restart.
        var longAgo = Some.Now.AddDays(-200);
        var written = Assert.Single(await _writer.WriteAsync([Some.Dump("10.7.0.9", at: longAgo, crashes: Some.Crash("kept", 1))], default));
        await _keeper.MakeAheadAsync(longAgo, default);

        await SchemaMigrator.MigrateAsync(_postgres.ConnectionString, default);

        Assert.NotNull(await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default));
    }

    [Fact]
    public async Task MaintainAsync_PastRetention_DropsTheDayAndKeepsTheCounts()
    {
        var written = Assert.Single(await _writer.WriteAsync([Some.Dump("10.7.0.2", crashes: Some.Crash("old", 1))], default));
        var crash = (await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default))!;
        var later = await _keeper.MaintainAsync(Some.Now.AddDays(92), TimeSpan.FromDays(90), default);

        Assert.Contains($"dump_{crash.ReceivedAt.UtcDateTime:yyyyMMdd}", later.Dropped);
        Assert.Null(await _queries.Crashes.FindCrashAsync(crash.Id, default));
        Assert.Equal(1, (await _queries.Bugs.FindBugAsync(crash.BugId, default))!.CrashCount);
        Assert.Equal("0", await ScalarAsync("SELECT (SELECT count(*) FROM crash_witness) + (SELECT count(*) FROM dump_key) + (SELECT count(*) FROM crash_occurrence) + (SELECT count(*) FROM incident)"));
    }

    [Fact]
    public async Task MaintainAsync_DayWithinRetention_Stays()
    {
        var written = Assert.Single(await _writer.WriteAsync([Some.Dump("10.7.0.3", crashes: Some.Crash("kept", 1))], default));
        await _keeper.MaintainAsync(Some.Now.AddDays(89), TimeSpan.FromDays(90), default);
        Assert.NotNull(await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default));
    }

    [Fact]
    public async Task MaintainAsync_OldDefaultRows_LeaveWithRetention()
    {
        await _writer.WriteAsync([Some.Dump("10.7.0.4", at: Some.Now.AddDays(-400), crashes: Some.Crash("ancient", 1))], default);
        Assert.Equal(3, (await _queries.Ingest.IngestStatsAsync(default)).MisdatedRows);
        await _keeper.MaintainAsync(Some.Now, TimeSpan.FromDays(90), default);
        Assert.Equal(0, (await _queries.Ingest.IngestStatsAsync(default)).MisdatedRows);
    }

    [Fact]
    public async Task ListCrashes_WithTimeBounds_ReadsOnlyTheirPartitions()
    {
        var since = DumpId.FirstAt(Some.Now.Date.AddHours(1));
        var until = DumpId.FirstAt(Some.Now.Date.AddHours(2));
        await using var command = _postgres.Source.CreateCommand($"EXPLAIN SELECT * FROM crash c WHERE c.id >= '{since}' AND c.id < '{until}' ORDER BY c.id DESC LIMIT 50");
        await using var reader = await command.ExecuteReaderAsync();
        var plan = "";
        while (await reader.ReadAsync())
        {
            plan += reader.GetString(0) + "\n";
        }

        Assert.Contains($"crash_{Some.Now:yyyyMMdd}", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("crash_default", plan, StringComparison.Ordinal);
        Assert.DoesNotContain($"crash_{Some.Now.AddDays(1):yyyyMMdd}", plan, StringComparison.Ordinal);
    }

    private async Task<string?> ScalarAsync(string text)
    {
        await using var command = _postgres.Source.CreateCommand(text);
        return (await command.ExecuteScalarAsync())?.ToString();
    }
}
