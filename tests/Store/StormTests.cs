using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Store.Reanalysis;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

public sealed class StormTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly StoreQueries _queries = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task WriteAsync_BeyondTheReservoir_KeepsFactsAndCountsButNotTheLog()
    {
        var written = await WriteAsync(5, Dumps("storm_beyond", 12), Dumps("storm_beyond", 8, from: 12));

        Assert.Equal(5, written.Count(dump => dump.IsLogKept));
        var bug = await BugAsync("storm_beyond");
        Assert.Equal((20, 20), (bug.CrashCount, bug.HostCount));
        var kept = (await _queries.Crashes.FindCrashAsync(written.First(dump => dump.IsLogKept).CrashIds[0], default))!;
        var thinned = (await _queries.Crashes.FindCrashAsync(written.First(dump => !dump.IsLogKept).CrashIds[0], default))!;
        Assert.True(kept.LogKept);
        Assert.Null(kept.LogReason);
        Assert.Contains("storm_beyond", kept.Extract, StringComparison.Ordinal);
        Assert.False(thinned.LogKept);
        Assert.Contains("Store:Reservoir:LogsPerBugAndHour", thinned.LogReason, StringComparison.Ordinal);
        Assert.Equal("", thinned.Extract);
        Assert.Equal(("storm_beyond", "RAX"), (thinned.Report.Function, thinned.Report.Registers[0].Name));
        Assert.Equal(kept.Witnesses[0].LogBytes, thinned.Witnesses[0].LogBytes);
        Assert.False((await _queries.Crashes.FindCrashLogAsync(thinned.Id, default))!.IsKept);
        Assert.False((await _queries.Crashes.FindRawAsync(thinned.Id, default))!.IsKept);
        Assert.True((await _queries.Crashes.FindRawAsync(kept.Id, default))!.IsKept);
    }

    [Fact]
    public async Task WriteAsync_WholeAndPartialTogether_KeepsTheWholeOnes()
    {
        var partial = Dumps("storm_whole", 6, complete: false);
        var whole = Dumps("storm_whole", 6, from: 6);

        var written = await WriteAsync(4, [.. partial, .. whole]);

        Assert.All(written.Take(6), dump => Assert.False(dump.IsLogKept));
        Assert.Equal(4, written.Skip(6).Count(dump => dump.IsLogKept));
    }

    [Fact]
    public async Task WriteAsync_PartialOnesFirst_GiveWayToTheWhole()
    {
        var written = await WriteAsync(4, Dumps("storm_torn", 6, complete: false), Dumps("storm_torn", 6, from: 6));

        Assert.Equal(4, written.Take(6).Count(dump => dump.IsLogKept));
        Assert.Equal(4, written.Skip(6).Count(dump => dump.IsLogKept && dump.HasReplacedLog));
        foreach (var dump in written.Take(6))
        {
            var crash = (await _queries.Crashes.FindCrashAsync(dump.CrashIds[0], default))!;
            Assert.Equal((false, "", "storm_torn"), (crash.LogKept, crash.Extract, crash.Report.Function));
            Assert.False((await _queries.Crashes.FindCrashLogAsync(crash.Id, default))!.IsKept);
        }
    }

    [Fact]
    public async Task WriteAsync_WholeOnesFirst_DoNotGiveWayToThePartial()
    {
        var written = await WriteAsync(3, Dumps("storm_firm", 3), Dumps("storm_firm", 6, from: 3, complete: false, at: Some.Now.AddMinutes(10)));

        Assert.All(written.Skip(3), dump => Assert.False(dump.IsLogKept));
    }

    [Fact]
    public async Task WriteAsync_AMinuteLater_NewerLogsTakeTheirPlacesButNotTheFirst()
    {
        var written = await WriteAsync(3, Dumps("storm_goes_on", 3), Dumps("storm_goes_on", 5, from: 3, at: Some.Now.AddMinutes(2)));

        Assert.Equal([false, false, false, true, true], written.Skip(3).Select(dump => dump.IsLogKept));
        Assert.Equal([true, false, false], await KeptAsync(written.Take(3)));
    }

    [Fact]
    public async Task WriteAsync_WithinAMinute_EqualLogsStay()
    {
        var written = await WriteAsync(3, Dumps("storm_bursts", 3), Dumps("storm_bursts", 5, from: 3, at: Some.Now.AddSeconds(30)));

        Assert.All(written.Skip(3), dump => Assert.False(dump.IsLogKept));
        Assert.Equal([true, true, true], await KeptAsync(written.Take(3)));
    }

    [Fact]
    public async Task WriteAsync_DumpOfSeveralBugs_DoesNotGiveWay()
    {
        var both = Some.Dump(null, "storm_both", at: Some.Now, complete: false, crashes: [Some.Crash("storm_one", 1), Some.Crash("storm_two", 2)]);
        var written = await WriteAsync(1, [both], Dumps("storm_one", 3, at: Some.Now.AddMinutes(5)));

        Assert.All(written.Skip(1), dump => Assert.False(dump.IsLogKept));
        Assert.Equal([true], await KeptAsync(written.Take(1)));
    }

    [Fact]
    public async Task WriteAsync_CopyOfACrashWhoseLogGaveWay_TakesTheLead()
    {
        var crash = Some.Crash("storm_again_seen", 77.5);
        await WriteAsync(2, Dumps("storm_again_seen", 1));
        var first = await WriteAsync(2, [Some.Dump("10.79.0.1", complete: false, at: Some.Now.AddSeconds(1), crashes: crash)]);
        await WriteAsync(2, Dumps("storm_again_seen", 1, from: 1, at: Some.Now.AddSeconds(2)));
        Assert.Equal([false], await KeptAsync(first));

        var copy = await WriteAsync(2, [Some.Dump("10.79.0.1", complete: true, at: Some.Now.AddMinutes(10), crashes: crash)]);

        Assert.Equal((true, first[0].CrashIds[0]), (copy[0].IsLogKept, copy[0].CrashIds[0]));
        var found = (await _queries.Crashes.FindCrashAsync(first[0].CrashIds[0], default))!;
        Assert.Equal((copy[0].DumpId, true), (found.DumpId, found.LogKept));
    }

    [Fact]
    public async Task StormsAsync_LogsThatGaveWay_CountAsLeftOut()
    {
        await WriteAsync(5, Dumps("storm_turns", 30, perSecond: 1000, complete: false), Dumps("storm_turns", 30, from: 30, perSecond: 1000));

        var storm = Assert.Single(await _queries.Bugs.StormsAsync(20, default), storm => storm.Function == "storm_turns");

        Assert.Equal((5, 55), (storm.LogsKept, storm.LogsLeftOut));
    }

    [Fact]
    public async Task WriteAsync_OneBatch_KeepsTheNewest()
    {
        var written = await WriteAsync(3, Dumps("storm_newest", 9));

        Assert.Equal([false, false, false, false, false, false, true, true, true], written.Select(dump => dump.IsLogKept));
    }

    [Fact]
    public async Task WriteAsync_AnHourLater_HasRoomAgain()
    {
        var written = await WriteAsync(2, Dumps("storm_hours", 4, at: Some.Now.AddHours(-2)), Dumps("storm_hours", 4, from: 4));

        Assert.Equal((2, 2), (written.Take(4).Count(dump => dump.IsLogKept), written.Skip(4).Count(dump => dump.IsLogKept)));
    }

    [Fact]
    public async Task WriteAsync_SwitchedOff_KeepsAll() => Assert.All(await WriteAsync(0, Dumps("storm_off", 150)), dump => Assert.True(dump.IsLogKept));

    [Fact]
    public async Task WriteAsync_HandedInByAPerson_IsAlwaysKept() =>
        Assert.All(await WriteAsync(1, [.. Dumps("storm_http", 5).Select(dump => dump with { Transport = Transport.Http })]), dump => Assert.True(dump.IsLogKept));

    [Fact]
    public async Task WriteAsync_BetterCopyWithoutItsLog_DoesNotTakeTheLead()
    {
        var crash = Some.Crash("storm_lead", 77.5);
        var first = await WriteAsync(1, [Some.Dump("10.77.0.1", complete: true, crashes: crash)]);

        var second = await WriteAsync(1, [Some.Dump("10.77.0.1", complete: true, crashes: crash with { Fatal = true })]);

        Assert.False(second[0].IsLogKept);
        Assert.Equal(first[0].CrashIds, second[0].CrashIds);
        var found = (await _queries.Crashes.FindCrashAsync(first[0].CrashIds[0], default))!;
        Assert.Equal((first[0].DumpId, true, true), (found.DumpId, found.LogKept, found.Fatal));
        Assert.Equal(2, found.Witnesses.Count);
    }

    [Fact]
    public async Task WriteAsync_ManyWritersAtOnce_KeepNoMoreThanOneWould()
    {
        var writer = new CrashWriter(postgres.Source, TimeProvider.System, new ReservoirOptions { LogsPerBugAndHour = 10 });

        var written = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => writer.WriteAsync(Dumps("storm_many", 25, from: number * 25), default))));

        Assert.Equal(10, written.SelectMany(batch => batch).Count(dump => dump.IsLogKept));
        Assert.Equal(100, (await BugAsync("storm_many")).CrashCount);
    }

    [Fact]
    public async Task DumpsForReanalysis_WithoutTheirLog_AreLeftAsTheyAre()
    {
        await using var own = await PostgresFixture.CreateAsync();
        await new CrashWriter(own.Source, TimeProvider.System, new ReservoirOptions { LogsPerBugAndHour = 3 }).WriteAsync(Dumps("storm_again", 10), default);
        var dumps = new DumpsForReanalysis(own.Source);

        Assert.Equal((3, 7), (await dumps.CountAsync(int.MaxValue, default), await dumps.CountWithoutLogAsync(int.MaxValue, default)));
        Assert.Equal(3, (await dumps.ReadAsync(int.MaxValue, default).ToListAsync()).Count);
    }

    [Fact]
    public async Task StormsAsync_ManyMachinesWithinAMinute_AreOneLiveStormWithItsCounts()
    {
        await WriteAsync(5, Dumps("storm_live", 30, perSecond: 1000), Dumps("storm_live", 10, from: 30, perSecond: 1000));
        await WriteAsync(5, Dumps("storm_calm", 5));

        var storm = Assert.Single(await _queries.Bugs.StormsAsync(20, default), storm => storm.Function is "storm_live" or "storm_calm");

        Assert.Equal(("storm_live", true, 40, 40), (storm.Function, storm.Live, storm.Machines, storm.Crashes));
        Assert.Equal((5, 35), (storm.LogsKept, storm.LogsLeftOut));
        Assert.InRange(storm.MostPerMinute, 20, 40);
    }

    [Fact]
    public async Task StormsAsync_OneMachineOverAndOver_IsNone()
    {
        await WriteAsync(0, [.. Enumerable.Range(0, 40).Select(number => Some.Dump("10.78.0.1", boot: $"{number}", crashes: Some.Crash("storm_alone", number + 1)))]);

        Assert.DoesNotContain(await _queries.Bugs.StormsAsync(20, default), storm => storm.Function == "storm_alone");
    }

    [Fact]
    public async Task StormsAsync_OfYesterday_AreOver()
    {
        await WriteAsync(0, Dumps("storm_past", 40, at: Some.Now.AddHours(-3), perSecond: 1000));

        Assert.DoesNotContain(await _queries.Bugs.StormsAsync(20, default), storm => storm.Function == "storm_past");
    }

    private async Task<List<WrittenDump>> WriteAsync(int logs, params FinishedDump[][] batches)
    {
        var writer = new CrashWriter(postgres.Source, TimeProvider.System, new ReservoirOptions { LogsPerBugAndHour = logs });
        var written = new List<WrittenDump>();
        foreach (var batch in batches)
        {
            written.AddRange(await writer.WriteAsync(batch, default));
        }

        return written;
    }

    private async Task<List<bool>> KeptAsync(IEnumerable<WrittenDump> written)
    {
        var kept = new List<bool>();
        foreach (var dump in written)
        {
            kept.Add((await _queries.Crashes.FindCrashAsync(dump.CrashIds[0], default))!.LogKept);
        }

        return kept;
    }

    private async Task<BugItem> BugAsync(string function) =>
        Assert.Single((await _queries.Bugs.ListBugsAsync(new BugFilter { Function = function }, new PageRequest(), default)).Items);

    private static FinishedDump[] Dumps(string function, int count, int from = 0, bool? complete = true, DateTimeOffset? at = null, double perSecond = 100)
    {
        var start = at ?? Some.Now;
        return [.. Enumerable.Range(from, count).Select(number => Some.Dump(
            null, $"{function}-{number}", at: start.AddSeconds(number / perSecond), complete: complete, crashes: Some.Crash(function, number + 0.25)))];
    }
}
