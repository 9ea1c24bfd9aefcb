using System.Text;
using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>One crash seen several ways is one crash, counted once.</summary>
public sealed class WitnessTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly CrashWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly StoreQueries _queries = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task WriteAsync_OopsDumpThenPanicDump_IsOneCrashThatBecomesFatal()
    {
        var oops = await WriteAsync(Some.Dump("10.2.0.1", crashes: Some.Crash("w_oops", time: 10.5)));
        var panic = await WriteAsync(Some.Dump("10.2.0.1", crashes: Some.Crash("w_oops", time: 10.5, fatal: true, panic: "Fatal exception")));

        Assert.True(panic.IsNew);
        Assert.Equal(oops.CrashIds, panic.CrashIds);
        var crash = await FindAsync(oops.CrashIds[0]);
        Assert.True(crash.Fatal);
        Assert.Equal("Fatal exception", crash.Report.Panic);
        Assert.Equal(panic.DumpId, crash.DumpId);
        Assert.Equal([panic.DumpId, oops.DumpId], crash.Witnesses.Select(witness => witness.DumpId));
        Assert.Equal([true, false], crash.Witnesses.Select(witness => witness.Leads));
        var bug = await _queries.Bugs.FindBugAsync(crash.BugId, default);
        Assert.Equal((1, 1, 1), (bug!.CrashCount, bug.FatalCount, bug.HostCount));
        var host = await _queries.Hosts.FindHostAsync(crash.HostId, default);
        Assert.Equal((1, 2), (host!.CrashCount, host.DumpCount));
    }

    [Theory]
    [InlineData("[   20.250000] BUG: unable to handle kernel NULL pointer dereference in w_frame")]
    [InlineData("<1>[   20.250000] BUG: unable to handle kernel NULL pointer dereference in w_frame\r")]
    [InlineData("<1>[   20.250000][  T123] BUG: unable to handle kernel NULL pointer dereference in w_frame")]
    [InlineData("<1>[   20.250000] [    C0] BUG: unable to handle kernel NULL pointer dereference in w_frame  ")]
    [InlineData("Nov 22 19:33:01 web-1 kernel: [   20.250000] BUG: unable to handle kernel NULL pointer dereference in w_frame")]
    public void OccurrenceKey_OtherFraming_IsTheSame(string line)
    {
        var crash = Some.Crash("w_frame", time: 20.25) with { Start = 0, End = 1000 };
        var plain = Encoding.UTF8.GetBytes("<0>[   20.250000] BUG: unable to handle kernel NULL pointer dereference in w_frame\nmore");
        Assert.Equal(OccurrenceKey.Of(plain, crash), OccurrenceKey.Of(Encoding.UTF8.GetBytes(line + "\nother"), crash));
    }

    [Theory]
    [InlineData("[   20.250001] BUG: x", 20.250001)]
    [InlineData("[   20.250000] BUG: y", 20.25)]
    public void OccurrenceKey_OtherTimeOrText_Differs(string line, double time)
    {
        var first = OccurrenceKey.Of("[   20.250000] BUG: x"u8, Some.Crash(time: 20.25) with { End = 21 });
        Assert.NotEqual(first, OccurrenceKey.Of(Encoding.UTF8.GetBytes(line), Some.Crash(time: time) with { End = 21 }));
    }

    [Fact]
    public async Task WriteAsync_NetconsoleAndNetoopsCopies_Meet()
    {
        var crash = Some.Crash("w_ways", time: 33.125);
        var netoops = Some.Dump("10.2.0.2", crashes: crash);
        var basic = Some.Dump("10.2.0.2", transport: Transport.NetconsoleBasic, complete: null, log: Some.Text(crash).Replace("<1>", "", StringComparison.Ordinal), crashes: crash);

        var written = await _writer.WriteAsync([basic, netoops], default);

        Assert.Equal(written[0].CrashIds, written[1].CrashIds);
        var found = await FindAsync(written[0].CrashIds[0]);
        Assert.Equal("netoops", found.Transport);
        Assert.True(found.Complete);
        Assert.Equal(netoops.Id, found.DumpId);
    }

    [Fact]
    public async Task WriteAsync_LessCompleteCopy_DoesNotTakeTheLead()
    {
        var crash = Some.Crash("w_less", time: 40);
        var whole = await WriteAsync(Some.Dump("10.2.0.3", crashes: crash));
        await WriteAsync(Some.Dump("10.2.0.3", complete: false, crashes: crash with { Corrupted = true }));

        var found = await FindAsync(whole.CrashIds[0]);
        Assert.Equal(whole.DumpId, found.DumpId);
        Assert.False(found.Corrupted);
        Assert.Equal(2, found.Witnesses.Count);
    }

    [Fact]
    public async Task WriteAsync_BetterCopyNamesAnotherFunction_MovesTheCounts()
    {
        var cut = Some.Crash("w_cut", time: 50, corrupted: true, release: "6.1.0");
        var whole = Some.Crash("w_whole", time: 50, release: "6.1.0") with { Title = cut.Title };
        var first = await WriteAsync(Some.Dump("10.2.0.4", complete: false, crashes: cut));
        var cutBug = (await FindAsync(first.CrashIds[0])).BugId;
        var second = await WriteAsync(Some.Dump("10.2.0.4", log: Some.Text(cut), crashes: whole));

        Assert.Equal(first.CrashIds, second.CrashIds);
        var crash = await FindAsync(first.CrashIds[0]);
        Assert.Equal("w_whole", crash.Function);
        var bug = await _queries.Bugs.FindBugAsync(crash.BugId, default);
        Assert.Equal((1, 1), (bug!.CrashCount, bug.HostCount));
        Assert.Equal(1, bug.Trend[^1]);
        Assert.Equal(("6.1.0", 1), (bug.KernelReleases[0].Name, bug.KernelReleases[0].Count));
        var emptied = await _queries.Bugs.FindBugAsync(cutBug, default);
        Assert.Equal((0, 0, 0), (emptied!.CrashCount, emptied.HostCount, emptied.Trend.Sum()));
        Assert.Empty(emptied.Hosts);
        Assert.Empty(emptied.KernelReleases);
        Assert.DoesNotContain((await _queries.Bugs.ListBugsAsync(new BugFilter(), new PageRequest(200), default)).Items, item => item.Id == cutBug);
    }

    [Fact]
    public async Task WriteAsync_SameReportOnAnotherBoot_IsAnotherCrash()
    {
        var crash = Some.Crash("w_boot", time: 3.5);
        var first = await WriteAsync(Some.Dump("10.2.0.5", boot: "aaaa", crashes: crash));
        var second = await WriteAsync(Some.Dump("10.2.0.5", boot: "bbbb", crashes: crash));
        Assert.NotEqual(first.CrashIds[0], second.CrashIds[0]);
        Assert.NotEqual((await FindAsync(first.CrashIds[0])).IncidentId, (await FindAsync(second.CrashIds[0])).IncidentId);
    }

    [Fact]
    public async Task WriteAsync_SameReportOnAnotherHost_IsAnotherCrashOfTheSameBug()
    {
        var crash = Some.Crash("w_hosts", time: 60);
        var written = await _writer.WriteAsync([Some.Dump("10.2.0.6", crashes: crash), Some.Dump("10.2.0.7", crashes: crash)], default);
        Assert.NotEqual(written[0].CrashIds[0], written[1].CrashIds[0]);
        var bug = await _queries.Bugs.FindBugAsync((await FindAsync(written[0].CrashIds[0])).BugId, default);
        Assert.Equal((2, 2), (bug!.CrashCount, bug.HostCount));
    }

    [Fact]
    public async Task WriteAsync_UntimedReportLongAfter_IsAnotherCrash()
    {
        var crash = Some.Crash("w_untimed");
        var first = await WriteAsync(Some.Dump("10.2.0.8", at: Some.Now.AddHours(-1), crashes: crash));
        var soon = await WriteAsync(Some.Dump("10.2.0.8", at: Some.Now.AddHours(-1).AddMinutes(1), crashes: crash));
        var late = await WriteAsync(Some.Dump("10.2.0.8", crashes: crash));
        Assert.Equal(first.CrashIds, soon.CrashIds);
        Assert.NotEqual(first.CrashIds[0], late.CrashIds[0]);
    }

    [Fact]
    public async Task WriteAsync_OneDumpPrintsAReportTwice_AreTwoCrashes()
    {
        var crash = Some.Crash("w_twice");
        var first = await WriteAsync(Some.Dump("10.2.0.9", crashes: [crash, crash]));
        var again = await WriteAsync(Some.Dump("10.2.0.9", crashes: [crash, crash]));
        Assert.Equal(2, first.CrashIds.Distinct().Count());
        Assert.Equal(first.CrashIds, again.CrashIds);
    }

    private async Task<WrittenDump> WriteAsync(FinishedDump dump) => Assert.Single(await _writer.WriteAsync([dump], default));

    private async Task<CrashDetail> FindAsync(Guid id) => (await _queries.Crashes.FindCrashAsync(id, default))!;
}
