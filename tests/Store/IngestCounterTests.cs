using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

public sealed class IngestCounterTests : IAsyncLifetime
{
    private readonly SettableTime _time = new();
    private PostgresFixture _postgres = null!;
    private IngestCounters _counters = null!;
    private StoreQueries _queries = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _counters = new IngestCounters(_postgres.Source, _time);
        _queries = new StoreQueries(_postgres.Source, _time);
    }

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task SaveAsync_AfterARestart_AddsToEarlierTotals()
    {
        await _counters.StartAsync("a", default);
        await _counters.SaveAsync("a", [new(IngestCounterNames.Received, "format=netoops", 10)], default);
        await _counters.SaveAsync("a", [new(IngestCounterNames.Received, "format=netoops", 12)], default);
        await _counters.StartAsync("a", default);
        await _counters.SaveAsync("a", [new(IngestCounterNames.Received, "format=netoops", 3)], default);
        Assert.Equal(15, (await _queries.Ingest.IngestStatsAsync(default)).Datagrams);
    }

    [Fact]
    public async Task SaveAsync_LevelAfterARestart_IsReplaced()
    {
        await _counters.StartAsync("a", default);
        await _counters.SaveAsync("a", [new(IngestCounterNames.SpoolDumps, "", 10)], default);
        await _counters.StartAsync("a", default);
        Assert.Equal(0, (await _queries.Ingest.IngestStatsAsync(default)).SpooledDumps);
        await _counters.SaveAsync("a", [new(IngestCounterNames.SpoolDumps, "", 4)], default);
        Assert.Equal(4, (await _queries.Ingest.IngestStatsAsync(default)).SpooledDumps);
    }

    [Fact]
    public async Task IngestStats_SeveralCollectors_AreSummedByNameAndTag()
    {
        foreach (var collector in new[] { "a", "b" })
        {
            await _counters.StartAsync(collector, default);
            await _counters.SaveAsync(
                collector,
                [
                    new(IngestCounterNames.Received, "format=netoops", 5),
                    new(IngestCounterNames.Received, "format=netconsole-basic", 2),
                    new(IngestCounterNames.Rejected, "reason=tooShort", 1),
                    new(IngestCounterNames.KernelDrops, "", 7),
                    new(IngestCounterNames.Duplicates, "", 8),
                    new(IngestCounterNames.Conflicting, "", 9),
                    new(IngestCounterNames.CompleteDumps, "", 10),
                    new(IngestCounterNames.PartialDumps, "", 11),
                    new(IngestCounterNames.SpoolBytes, "", 12),
                    new(IngestCounterNames.SpoolDropped, "", 13),
                    new(IngestCounterNames.DroppedDumps, "reason=backlog", 15),
                    new("of.its.own", "x=y", 14),
                ],
                default);
        }

        var stats = await _queries.Ingest.IngestStatsAsync(default);
        Assert.Equal((14, 2, 14, 16, 18), (stats.Datagrams, stats.Rejected, stats.KernelDrops, stats.Duplicates, stats.Conflicting));
        Assert.Equal((20, 22, 24, 26), (stats.CompleteDumps, stats.PartialDumps, stats.SpoolBytes, stats.SpoolDropped));
        Assert.Equal(30, stats.DroppedDumps);
        Assert.Equal((10, 4), (stats.DatagramsByFormat["netoops"], stats.DatagramsByFormat["netconsole-basic"]));
        Assert.Equal(2, stats.RejectedByReason["tooShort"]);
        Assert.Contains(new IngestCounter("of.its.own", "x=y", 28), stats.Counters);
    }

    [Fact]
    public async Task IngestStats_CollectorFallsSilent_IsNotAlive()
    {
        await _counters.StartAsync("a", default);
        Assert.True(Assert.Single((await _queries.Ingest.IngestStatsAsync(default)).Collectors).Alive);
        _time.Now += TimeSpan.FromSeconds(11);
        Assert.False(Assert.Single((await _queries.Ingest.IngestStatsAsync(default)).Collectors).Alive);
        await _counters.SaveAsync("a", [], default);
        Assert.True(Assert.Single((await _queries.Ingest.IngestStatsAsync(default)).Collectors).Alive);
    }

    [Fact]
    public async Task SaveAsync_HostileNames_AreStored()
    {
        await _counters.SaveAsync("a\0b", [new("n\0", "t\0", 1), new("n\0", "t\0", 2)], default);
        Assert.Equal(3, Assert.Single((await _queries.Ingest.IngestStatsAsync(default)).Counters).Value);
    }

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
