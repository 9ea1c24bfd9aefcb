using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

public sealed class WritingTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly CrashWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly StoreQueries _queries = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task WriteAsync_DumpWithCrash_IsFoundWithEverything()
    {
        var dump = Some.Dump(address: "10.1.0.1", name: "web-1", boot: "11223344", crashes: Some.Crash("everything", time: 12.5, fatal: true, panic: "Fatal exception")) with
        {
            UserFields = [new UserField("host", "web-1"), new UserField("host", "again")],
            UserBlob = new byte[] { 1, 2, 3 },
            HeaderRegisters = [new Analysis.RegisterValue("RIP", "ffff")],
            Processor = "Intel family 6",
            DumpNumber = 7,
            DumpType = "oops",
        };

        var written = Assert.Single(await _writer.WriteAsync([dump], default));

        Assert.True(written.IsNew);
        Assert.Equal(dump.Id, written.DumpId);
        var crash = await _queries.Crashes.FindCrashAsync(Assert.Single(written.CrashIds), default);
        Assert.NotNull(crash);
        Assert.Equal("web-1", crash.Host);
        Assert.Equal("10.1.0.1", crash.SourceAddress);
        Assert.Equal(6666, crash.SourcePort);
        Assert.Equal("everything", crash.Function);
        Assert.Equal("netoops", crash.Transport);
        Assert.Equal("11223344", crash.BootId);
        Assert.Equal("oops", crash.DumpType);
        Assert.True(crash.Complete);
        Assert.Equal(0, crash.MissingPackets);
        Assert.True(crash.Fatal);
        Assert.Equal("Fatal exception", crash.Report.Panic);
        Assert.Equal("everything", Assert.Single(crash.Report.Frames).Function);
        Assert.Equal(["web-1", "again"], crash.UserFields.Select(field => field.Value));
        Assert.Equal("AQID", crash.UserBlob);
        Assert.Equal("RIP", Assert.Single(crash.HeaderRegisters).Name);
        Assert.Contains("RIP: 0010:everything+0x16/0x40", crash.Extract, StringComparison.Ordinal);
        Assert.Equal(1, crash.BugCrashCount);
        Assert.Equal(1, crash.BugHostCount);
        Assert.True(Assert.Single(crash.Witnesses).Leads);
        Assert.Empty(crash.Incident);
        var log = await _queries.Crashes.FindCrashLogAsync(crash.Id, default);
        Assert.Equal(dump.Log.ToArray(), log!.Log);
        Assert.Equal(crash.Extract, System.Text.Encoding.UTF8.GetString(log.Log.AsSpan()[log.Start..log.End]));
    }

    [Fact]
    public async Task WriteAsync_SameKeyAgain_IsTheFirstDump()
    {
        var dump = Some.Dump(address: "10.1.0.2", crashes: Some.Crash("again"));
        var copy = Some.Dump(address: "10.1.0.2", crashes: Some.Crash("again")) with { Key = dump.Key };

        var first = Assert.Single(await _writer.WriteAsync([dump], default));
        var second = await _writer.WriteAsync([copy, copy], default);

        Assert.All(second, written =>
        {
            Assert.False(written.IsNew);
            Assert.Equal(first.DumpId, written.DumpId);
            Assert.Equal(first.CrashIds, written.CrashIds);
        });
        Assert.Equal(1, (await _queries.Bugs.FindBugAsync((await _queries.Crashes.FindCrashAsync(first.CrashIds[0], default))!.BugId, default))!.CrashCount);
    }

    [Fact]
    public async Task WriteAsync_SameKeyTwiceInOneBatch_IsStoredOnce()
    {
        var dump = Some.Dump(address: "10.1.0.3", crashes: Some.Crash("twice"));
        var written = await _writer.WriteAsync([dump, dump with { Id = DumpId.At(Some.Now) }], default);

        Assert.Equal([true, false], written.Select(one => one.IsNew));
        Assert.Single(written.Select(one => one.DumpId).Distinct());
        Assert.Equal(written[0].CrashIds, written[1].CrashIds);
    }

    [Fact]
    public async Task WriteAsync_DumpWithoutCrash_IsCountedForItsHost()
    {
        await _writer.WriteAsync([Some.Dump(address: "10.1.0.4", name: "quiet", complete: false)], default);

        var host = Assert.Single((await _queries.Hosts.ListHostsAsync(new HostFilter { Text = "quiet" }, new PageRequest(), default)).Items);
        Assert.Equal(1, host.DumpCount);
        Assert.Equal(0, host.CrashCount);
        Assert.Equal(1, (await _queries.Hosts.FindHostAsync(host.Id, default))!.PartialDumps);
    }
}
