using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>Lists: filters, pages, order.</summary>
public sealed class QueryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly CrashWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly StoreQueries _queries = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task FindCrash_CompletenessThatCannotBeTold_IsReadBackAsUnknown()
    {
        var written = Assert.Single(await _writer.WriteAsync([Some.Dump("10.5.0.3", "unknowable", transport: Transport.NetconsoleBasic, complete: null, crashes: Some.Crash("unknowable_f", 7))], default));

        var detail = await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default);

        Assert.NotNull(detail);
        Assert.Null(detail.Complete);
        Assert.Null(detail.Completeness.Complete);
        Assert.Equal(4, detail.Completeness.Received);
    }

    [Fact]
    public async Task ListCrashes_PageByPageWhileMoreArrive_ShowsEachOnceNewestFirst()
    {
        var start = Some.Now.AddMinutes(-10);
        await _writer.WriteAsync([.. Enumerable.Range(0, 25).Select(i => Some.Dump("10.5.0.1", "pager", at: start.AddSeconds(i), crashes: Some.Crash($"page{i}", 100 + i)))], default);

        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await _queries.Crashes.ListCrashesAsync(new CrashFilter { Host = "pager" }, new PageRequest(10, cursor), default);
            seen.AddRange(page.Items.Select(item => item.Function));
            cursor = page.Next;
            await _writer.WriteAsync([Some.Dump("10.5.0.1", "pager", crashes: Some.Crash($"newer{seen.Count}", 1000 + seen.Count))], default);
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"page{i}"), seen);
    }

    [Fact]
    public async Task ListCrashes_LastPageExactlyFull_HasNoNext()
    {
        await _writer.WriteAsync([.. Enumerable.Range(0, 4).Select(i => Some.Dump("10.5.0.2", "exact", crashes: Some.Crash($"exact{i}", i + 1)))], default);
        var first = await _queries.Crashes.ListCrashesAsync(new CrashFilter { Host = "exact" }, new PageRequest(2), default);
        var second = await _queries.Crashes.ListCrashesAsync(new CrashFilter { Host = "exact" }, new PageRequest(2, first.Next), default);
        Assert.Equal(2, second.Items.Count);
        Assert.Null(second.Next);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("aWR8bm90LWEtdXVpZA")]
    [InlineData("not base64 at all!")]
    [InlineData("'; DROP TABLE crash; --")]
    public async Task ListCrashes_ForeignCursor_IsRefused(string cursor)
    {
        await Assert.ThrowsAsync<InvalidCursorException>(() => _queries.Crashes.ListCrashesAsync(new CrashFilter(), new PageRequest(10, cursor), default));
        await Assert.ThrowsAsync<InvalidCursorException>(() => _queries.Bugs.ListBugsAsync(new BugFilter(), new PageRequest(10, cursor), default));
        await Assert.ThrowsAsync<InvalidCursorException>(() => _queries.Hosts.ListHostsAsync(new HostFilter(), new PageRequest(10, cursor), default));
    }

    [Fact]
    public async Task ListBugs_CursorOfAnotherOrder_IsRefused()
    {
        await _writer.WriteAsync([Some.Dump("10.5.0.3", crashes: [Some.Crash("order1", 1), Some.Crash("order2", 2)])], default);
        var page = await _queries.Bugs.ListBugsAsync(new BugFilter { Sort = "crashes" }, new PageRequest(1), default);
        await Assert.ThrowsAsync<InvalidCursorException>(() => _queries.Bugs.ListBugsAsync(new BugFilter { Sort = "lastSeen" }, new PageRequest(1, page.Next), default));
        Assert.NotEmpty((await _queries.Bugs.ListBugsAsync(new BugFilter { Sort = "crashes" }, new PageRequest(1, page.Next), default)).Items);
    }

    [Fact]
    public async Task ListCrashes_EachFilter_NarrowsToWhatItSays()
    {
        var mine = await WriteAsync(Some.Dump("10.5.1.1", "filter-a", transport: Transport.Netconsole, complete: false,
            crashes: Some.Crash("filter_me", 5, CrashKind.SoftLockup, fatal: true, release: "9.9.9-filter")));
        await WriteAsync(Some.Dump("10.5.1.2", "filter-b", crashes: Some.Crash("not_me", 5)));
        var crash = (await _queries.Crashes.FindCrashAsync(mine.CrashIds[0], default))!;

        foreach (var filter in new[]
        {
            new CrashFilter { Host = "filter-a" },
            new CrashFilter { Host = crash.HostId.ToString() },
            new CrashFilter { Host = "10.5.1.1" },
            new CrashFilter { Kind = CrashKind.SoftLockup },
            new CrashFilter { Bug = crash.BugId },
            new CrashFilter { Function = "filter_me" },
            new CrashFilter { KernelRelease = "9.9.9-filter" },
            new CrashFilter { Transport = Transport.Netconsole, Host = "filter-*" },
            new CrashFilter { Complete = false, Host = "filter-*" },
            new CrashFilter { Fatal = true, Host = "filter-*" },
            new CrashFilter { Incident = crash.IncidentId },
            new CrashFilter { Text = "FILTER_M" },
            new CrashFilter { Text = "RIP: 0010:filter_me+0x16" },
            new CrashFilter { Text = "10:filter_me+0x16/0x40 [crash" },
            new CrashFilter { Text = "filter_me+0" },
            new CrashFilter { Text = "0010:", Host = "filter-a" },
            new CrashFilter { Text = "in filter_me" },
            new CrashFilter { Host = "filter-*", Since = crash.ReceivedAt, Until = crash.ReceivedAt.AddMilliseconds(1) },
        })
        {
            var found = await _queries.Crashes.ListCrashesAsync(filter, new PageRequest(), default);
            Assert.True(found.Items.Select(item => item.Id).SequenceEqual([crash.Id]), $"{filter} found {found.Items.Count}");
            var slice = await _queries.Crashes.SliceCrashesAsync(filter, 0, 10, 1000, default);
            Assert.Equal((1, crash.Id), (slice.Total, slice.Items[0].Id));
        }

        foreach (var filter in new[]
        {
            new CrashFilter { Host = "filter-c" },
            new CrashFilter { Host = "filter-a", Complete = true },
            new CrashFilter { Host = "filter-a", Until = crash.ReceivedAt.AddMilliseconds(-1) },
            new CrashFilter { Host = "filter-a", Since = crash.ReceivedAt.AddMinutes(1) },
            new CrashFilter { Host = "filter-a", Text = "%" },
            new CrashFilter { Host = "filter-a", Text = "filter-me" },
        })
        {
            Assert.Empty((await _queries.Crashes.ListCrashesAsync(filter, new PageRequest(), default)).Items);
        }

        Assert.Equal(2, (await _queries.Crashes.ListCrashesAsync(new CrashFilter { Host = "filter-*" }, new PageRequest(), default)).Items.Count);
    }

    [Theory]
    [InlineData("lik_*")]
    [InlineData("lik%*")]
    [InlineData("%*")]
    [InlineData(@"\*")]
    [InlineData("' OR 1=1 --")]
    public async Task ListCrashes_HostFilterWithWildcards_TakesThemLiterally(string host)
    {
        await WriteAsync(Some.Dump("10.5.1.9", "like-a", crashes: Some.Crash("like")));
        Assert.Empty((await _queries.Crashes.ListCrashesAsync(new CrashFilter { Host = host }, new PageRequest(), default)).Items);
    }

    [Fact]
    public void PageRequest_Unspecified_IsFifty() => Assert.Equal(50, new PageRequest().Limit);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(100_000, 200)]
    public async Task ListCrashes_LimitOutOfBounds_IsClamped(int limit, int expected)
    {
        await using var own = await PostgresFixture.CreateAsync();
        await new CrashWriter(own.Source, TimeProvider.System).WriteAsync(
            [.. Enumerable.Range(0, 210).Select(i => Some.Dump("10.5.2.1", crashes: Some.Crash($"limit{i}", i + 1)))], default);
        var page = await new StoreQueries(own.Source, TimeProvider.System).Crashes.ListCrashesAsync(new CrashFilter(), new PageRequest(limit), default);
        Assert.Equal(expected, page.Items.Count);
        Assert.NotNull(page.Next);
    }

    [Fact]
    public async Task SliceCrashes_CountLimit_StopsCounting()
    {
        await _writer.WriteAsync([.. Enumerable.Range(0, 9).Select(i => Some.Dump("10.5.2.2", "slicer", crashes: Some.Crash($"slice{i}", i + 1)))], default);
        var slice = await _queries.Crashes.SliceCrashesAsync(new CrashFilter { Host = "slicer" }, 6, 10, 7, default);
        Assert.Equal(7, slice.Total);
        Assert.Equal(3, slice.Items.Count);
    }

    [Fact]
    public async Task ListBugs_EachOrder_HoldsOverPages()
    {
        await using var own = await PostgresFixture.CreateAsync();
        var writer = new CrashWriter(own.Source, TimeProvider.System);
        var queries = new StoreQueries(own.Source, TimeProvider.System);
        for (var i = 0; i < 7; i++)
        {
            await writer.WriteAsync(
                [.. Enumerable.Range(0, (i * 3 % 7) + 1).Select(j => Some.Dump($"10.5.{i}.{j}", at: Some.Now.AddMinutes(-i), crashes: Some.Crash($"bug{i}", j + 1)))], default);
        }

        foreach (var (order, key) in new (string, Func<BugItem, long>)[]
        {
            ("lastSeen", bug => bug.LastSeen.UtcTicks),
            ("firstSeen", bug => bug.FirstSeen.UtcTicks),
            ("crashes", bug => bug.CrashCount),
            ("hosts", bug => bug.HostCount),
        })
        {
            var seen = new List<BugItem>();
            for (string? cursor = null; ;)
            {
                var page = await queries.Bugs.ListBugsAsync(new BugFilter { Sort = order }, new PageRequest(2, cursor), default);
                seen.AddRange(page.Items);
                if ((cursor = page.Next) is null)
                {
                    break;
                }
            }

            Assert.Equal(7, seen.Select(bug => bug.Id).Distinct().Count());
            Assert.Equal(seen.Select(key).OrderDescending(), seen.Select(key));
            Assert.Equal(seen.Select(bug => bug.Id), (await queries.Bugs.SliceBugsAsync(new BugFilter { Sort = order }, 0, 100, default)).Items.Select(bug => bug.Id));
        }
    }

    [Fact]
    public async Task ListBugs_EachFilter_NarrowsToWhatItSays()
    {
        var written = await WriteAsync(Some.Dump("10.5.3.1", "bug-filter", crashes: Some.Crash("bug_filter_fn", 5, CrashKind.Kcsan)));
        var bug = (await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default))!.BugId;
        foreach (var filter in new[]
        {
            new BugFilter { Kind = CrashKind.Kcsan },
            new BugFilter { Function = "bug_filter_fn" },
            new BugFilter { Text = "Bug_Filter" },
            new BugFilter { Host = "bug-filter" },
            new BugFilter { Host = "bug-*", Since = Some.Now.AddHours(-1), Until = Some.Now.AddHours(1) },
        })
        {
            Assert.Equal(bug, Assert.Single((await _queries.Bugs.ListBugsAsync(filter, new PageRequest(), default)).Items).Id);
            Assert.Equal(1, (await _queries.Bugs.SliceBugsAsync(filter, 0, 10, default)).Total);
        }

        Assert.Empty((await _queries.Bugs.ListBugsAsync(new BugFilter { Function = "bug_filter_fn", Since = Some.Now.AddHours(1) }, new PageRequest(), default)).Items);
        Assert.Empty((await _queries.Bugs.ListBugsAsync(new BugFilter { Host = "nobody" }, new PageRequest(), default)).Items);
    }

    [Fact]
    public async Task FindBug_AfterCrashesOnSeveralDays_CountsAll()
    {
        var now = Some.Now;
        await _writer.WriteAsync(
            [
                Some.Dump("10.5.4.1", "trend-a", at: now.AddDays(-2), crashes: Some.Crash("trend", 1, release: "6.1")),
                Some.Dump("10.5.4.2", "trend-b", at: now.AddDays(-2), crashes: Some.Crash("trend", 2, release: "6.1")),
                Some.Dump("10.5.4.1", "trend-a", at: now, crashes: Some.Crash("trend", 3, fatal: true, release: "6.6")),
                Some.Dump("10.5.4.1", "trend-a", at: now.AddDays(-40), crashes: Some.Crash("trend", 4, release: "5.10")),
            ],
            default);

        var item = Assert.Single((await _queries.Bugs.ListBugsAsync(new BugFilter { Function = "trend" }, new PageRequest(), default)).Items);
        var bug = (await _queries.Bugs.FindBugAsync(item.Id, default))!;
        Assert.Equal((4, 2, 1), (bug.CrashCount, bug.HostCount, bug.FatalCount));
        Assert.Equal(14, bug.Trend.Count);
        Assert.Equal((2, 1), (bug.Trend[11], bug.Trend[13]));
        Assert.Equal(3, bug.Trend.Sum());
        Assert.Equal(("5.10", "6.6"), (bug.FirstKernelRelease, bug.LastKernelRelease));
        Assert.Equal(["6.1", "5.10", "6.6"], bug.KernelReleases.Select(release => release.Name));
        Assert.Equal(["trend-a", "trend-b"], bug.Hosts.Select(host => host.Host));
        Assert.Equal([3, 1], bug.Hosts.Select(host => host.CrashCount));
        Assert.Equal(bug.Trend, item.Trend);
    }

    [Fact]
    public async Task FindHost_Known_TellsItsBugsAndLastCrash()
    {
        await _writer.WriteAsync(
            [
                Some.Dump("10.5.5.1", "host-page", at: Some.Now.AddHours(-2), crashes: Some.Crash("older", 1, release: "6.1")),
                Some.Dump("10.5.5.1", "host-page", at: Some.Now.AddHours(-1), crashes: Some.Crash("newer", 2, release: "6.6")),
            ],
            default);
        var item = Assert.Single((await _queries.Hosts.SliceHostsAsync(new HostFilter { Text = "host-pa" }, 0, 10, default)).Items);
        var host = (await _queries.Hosts.FindHostAsync(item.Id, default))!;
        Assert.Equal("6.6", host.KernelRelease);
        Assert.EndsWith("newer", host.LastCrashTitle, StringComparison.Ordinal);
        Assert.Equal(["newer", "older"], host.Bugs.Select(bug => bug.Function));
        Assert.Equal(["10.5.5.1"], host.Addresses);
        Assert.Single((await _queries.Hosts.ListHostsAsync(new HostFilter { Text = "10.5.5." }, new PageRequest(), default)).Items);
        Assert.Single((await _queries.Hosts.ListHostsAsync(new HostFilter { Text = "host-page", KernelRelease = "6.6" }, new PageRequest(), default)).Items);
        Assert.Empty((await _queries.Hosts.ListHostsAsync(new HostFilter { Text = "host-page", KernelRelease = "6.1" }, new PageRequest(), default)).Items);
    }

    [Fact]
    public async Task Find_NothingThere_IsNull()
    {
        var id = DumpId.At(Some.Now);
        Assert.Null(await _queries.Crashes.FindCrashAsync(id, default));
        Assert.Null(await _queries.Crashes.FindCrashLogAsync(id, default));
        Assert.Null(await _queries.Crashes.FindRawAsync(id, default));
        Assert.Null(await _queries.Bugs.FindBugAsync(id, default));
        Assert.Null(await _queries.Hosts.FindHostAsync(id, default));
    }

    [Fact]
    public async Task FindRaw_Netconsole_IsTheDatagramsElseTheLog()
    {
        var netconsole = await WriteAsync(Some.Dump("10.5.6.1", transport: Transport.Netconsole, crashes: Some.Crash("raw", 1)) with { Datagrams = new byte[] { 0, 1, 2 } });
        var raw = await _queries.Crashes.FindRawAsync(netconsole.CrashIds[0], default);
        Assert.True(raw!.IsDatagrams);
        Assert.Equal([0, 1, 2], raw.Content);
        var netoops = Some.Dump("10.5.6.2", crashes: Some.Crash("raw", 1));
        raw = await _queries.Crashes.FindRawAsync((await WriteAsync(netoops)).CrashIds[0], default);
        Assert.False(raw!.IsDatagrams);
        Assert.Equal(netoops.Log.ToArray(), raw.Content);
    }

    private async Task<WrittenDump> WriteAsync(FinishedDump dump) => Assert.Single(await _writer.WriteAsync([dump], default));
}
