using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>All that one death of one machine produced shares an incident; nothing else does.</summary>
public sealed class IncidentTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset s_noon = DateTimeOffset.UtcNow.AddMinutes(-30);

    private readonly CrashWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly StoreQueries _queries = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task WriteAsync_CrashesOfOneDump_ShareAnIncidentInOrderOfTime()
    {
        var written = await WriteAsync(Some.Dump("10.3.0.1", crashes: [Some.Crash("i_first", 10), Some.Crash("i_second", 11), Some.Crash("i_third", 12, fatal: true)]));
        var first = await FindAsync(written.CrashIds[0]);
        Assert.Equal(["i_second", "i_third"], first.Incident.Select(crash => crash.Function));
        Assert.All(first.Incident, crash => Assert.Equal(first.IncidentId, crash.IncidentId));
    }

    [Theory]
    // The panic's dump: 2 s later on both clocks.
    [InlineData(100.0, 102.0, 2, null, null, true)]
    // The same boot, said so; the watchdog took two minutes.
    [InlineData(100.0, 220.0, 120, "b", "b", true)]
    // Minutes apart on both clocks, no boot ids.
    [InlineData(100.0, 220.0, 120, null, null, true)]
    // It booted again: the printed clock went back.
    [InlineData(5000.0, 12.0, 60, null, null, false)]
    // It booted again and came as far as before: the printed clock ran 1 s while ours ran 60.
    [InlineData(30.0, 31.0, 60, null, null, false)]
    // Different boots, said so.
    [InlineData(100.0, 101.0, 1, "b", "c", false)]
    // Hours later in the same boot.
    [InlineData(100.0, 8000.0, 7900, "b", "b", false)]
    public async Task WriteAsync_TwoDumpsOfOneHost_ShareAnIncidentWhenItIsOneDeath(
        double firstTime, double secondTime, int secondsBetween, string? firstBoot, string? secondBoot, bool shared)
    {
        var address = $"10.3.1.{Math.Abs(HashCode.Combine(firstTime, secondTime, secondsBetween, firstBoot, secondBoot)) % 250}";
        var at = s_noon.AddSeconds(-secondsBetween);
        var first = await WriteAsync(Some.Dump(address, at: at, boot: firstBoot, crashes: Some.Crash("i_one", firstTime, fatal: true)));
        var second = await WriteAsync(Some.Dump(address, at: at.AddSeconds(secondsBetween), boot: secondBoot, crashes: Some.Crash("i_two", secondTime)));
        Assert.Equal(shared, (await FindAsync(first.CrashIds[0])).IncidentId == (await FindAsync(second.CrashIds[0])).IncidentId);
    }

    [Fact]
    public async Task WriteAsync_AnotherHostAtTheSameTime_HasItsOwnIncident()
    {
        var first = await WriteAsync(Some.Dump("10.3.2.1", at: s_noon, crashes: Some.Crash("i_host", 5)));
        var second = await WriteAsync(Some.Dump("10.3.2.2", at: s_noon, crashes: Some.Crash("i_host", 5)));
        Assert.NotEqual((await FindAsync(first.CrashIds[0])).IncidentId, (await FindAsync(second.CrashIds[0])).IncidentId);
    }

    [Fact]
    public async Task WriteAsync_OldWarningInThePanicsDump_IsNotOfThatDeath()
    {
        var written = await WriteAsync(Some.Dump("10.3.2.3", crashes: [Some.Crash("i_boot_warning", 4), Some.Crash("i_panic", 90_000, fatal: true)]));
        Assert.NotEqual((await FindAsync(written.CrashIds[0])).IncidentId, (await FindAsync(written.CrashIds[1])).IncidentId);
    }

    [Fact]
    public async Task WriteAsync_LaterDumpRepeatsTheOopsAndAddsThePanic_JoinsItsIncident()
    {
        var oops = Some.Crash("i_oops", 70);
        var first = await WriteAsync(Some.Dump("10.3.2.4", at: s_noon, crashes: oops));
        // By another way and uploaded half an hour later: only the repeated report says that it is the same death.
        var second = await WriteAsync(Some.Dump("10.3.2.4", transport: Transport.Http, crashes: [oops, Some.Crash("i_after", 71)]));
        Assert.Equal(first.CrashIds[0], second.CrashIds[0]);
        Assert.Equal("i_after", Assert.Single((await FindAsync(first.CrashIds[0])).Incident).Function);
    }

    private async Task<WrittenDump> WriteAsync(FinishedDump dump) => Assert.Single(await _writer.WriteAsync([dump], default));

    private async Task<CrashDetail> FindAsync(Guid id) => (await _queries.Crashes.FindCrashAsync(id, default))!;
}
