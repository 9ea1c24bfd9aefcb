using Mayday.Events.Reading;
using Mayday.Store.Events;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests.Events;

/// <summary>Events leave by whole days; what was counted of them stays as long as it means something. One database a test: each has its own clock.</summary>
public sealed class EventPartitionTests : IAsyncLifetime
{
    private PostgresFixture _postgres = null!;
    private EventWriter _writer = null!;
    private EventQueries _queries = null!;
    private PartitionKeeper _keeper = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _writer = new EventWriter(_postgres.Source, TimeProvider.System);
        _queries = new EventQueries(_postgres.Source, TimeProvider.System);
        _keeper = new PartitionKeeper(_postgres.Source);
    }

    public async ValueTask DisposeAsync() => await _postgres.DisposeAsync();

    [Fact]
    public async Task MaintainAsync_PastRetention_DropsEventsAndFormats()
    {
        var old = SomeEvent.Of("10.12.0.1", at: Some.Now, format: "old");
        await _writer.WriteAsync([old], null, default);

        var round = await _keeper.MaintainAsync(Some.Now.AddDays(92), TimeSpan.FromDays(90), default);

        Assert.Contains($"event_{old.ReceivedAt.UtcDateTime:yyyyMMdd}", round.Dropped);
        Assert.Null(await _queries.FindAsync(old.Id, default));
        Assert.Empty((await _queries.ListFormatsAsync(new EventFormatFilter(), new PageRequest(), default)).Items);
        Assert.Equal("0", await ScalarAsync(
            "SELECT (SELECT count(*) FROM event_format_argument) + (SELECT count(*) FROM event_format_host) + (SELECT count(*) FROM event_format_hour) + (SELECT count(*) FROM event_format_day)"));
    }

    [Fact]
    public async Task MaintainAsync_AHostNotSeenForLong_IsNoLongerCountedAsOneOfTheFormat()
    {
        await _writer.WriteAsync([SomeEvent.Of("10.12.1.1"), SomeEvent.Of("10.12.1.2", at: Some.Now.AddDays(-40))], null, default);

        await _keeper.MaintainAsync(Some.Now, TimeSpan.FromDays(30), default);

        var format = Assert.Single((await _queries.ListFormatsAsync(new EventFormatFilter(), new PageRequest(), default)).Items);
        Assert.Equal((2, 1), (format.EventCount, format.HostCount));
        Assert.Equal(["10.12.1.1"], (await _queries.ListFormatHostsAsync(format.Id, default)).Select(host => host.Host));
    }

    [Fact]
    public async Task MaintainAsync_ABatchOfLastWeek_IsForgottenAndOneOfYesterdayIsNot()
    {
        var (forgotten, kept) = (new EventBatchKey(Guid.NewGuid()), new EventBatchKey(Guid.NewGuid()));
        await _writer.WriteAsync([SomeEvent.Of("10.12.2.1")], forgotten, default);
        await _writer.WriteAsync([SomeEvent.Of("10.12.2.1")], kept, default);
        await ScalarAsync($"UPDATE event_batch SET received_at = now() - interval '7 days 1 minute' WHERE key = '\\x{forgotten.Id:N}'");
        await ScalarAsync($"UPDATE event_batch SET received_at = now() - interval '6 days' WHERE key = '\\x{kept.Id:N}'");

        await _keeper.MaintainAsync(Some.Now, PartitionKeeper.DefaultRetention, default);

        Assert.Equal(1, (await _writer.WriteAsync([SomeEvent.Of("10.12.2.1")], forgotten, default)).Accepted);
        Assert.Equal(1, (await _writer.WriteAsync([SomeEvent.Of("10.12.2.1")], kept, default)).Duplicates);
    }

    [Fact]
    public async Task MaintainAsync_WhileEventsAreWritten_LosesNoneAndCountsExactly()
    {
        using var done = new CancellationTokenSource();
        var keeping = Task.Run(async () =>
        {
            for (var day = 0; !done.IsCancellationRequested; day++)
            {
                await _keeper.MaintainAsync(Some.Now.AddDays(day % 6), TimeSpan.FromDays(365), default);
            }
        });
        for (var batch = 0; batch < 20; batch++)
        {
            var result = await _writer.WriteAsync(
                [.. Enumerable.Range(0, 30).Select(i => SomeEvent.Of("10.12.3.1", at: Some.Now.AddDays(i % 6), format: $"kept {i % 3}"))],
                new EventBatchKey(Guid.NewGuid()),
                default);
            Assert.Equal(30, result.Accepted);
        }

        await done.CancelAsync();
        await keeping;
        Assert.Equal("600", await ScalarAsync("SELECT count(*) FROM event"));
        await EventCountsCheck.RunAsync(_postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_AFullCatalogue_StillTakesEventsAndSaysSo()
    {
        await ScalarAsync(
            $"""
            INSERT INTO event_format (facility, event_type, hash, format, severity, sample, event_count, host_count, first_seen, last_seen)
            SELECT 'filler', n, sha256(n::text::bytea), 'filler ' || n, 3, '', 0, 0, now(), now() FROM generate_series(1, {EventFormats.MaxFormats - 1}) n
            """);
        var events = Enumerable.Range(0, 5).Select(i => SomeEvent.Of("10.12.4.1", format: $"late {i}", arguments: [EventArgument.OfNumber(i)])).ToArray();

        var first = await _writer.WriteAsync(events, null, default);
        var second = await _writer.WriteAsync([SomeEvent.Of("10.12.4.1", format: "later still")], null, default);

        Assert.Equal((5, 1), (first.Accepted, second.Accepted));
        var formats = (await _queries.ListFormatsAsync(new EventFormatFilter { Host = "10.12.4.1" }, new PageRequest(), default)).Items;
        Assert.Equal([("*", 5L), ("e1000", 1L)], formats.Select(format => (format.Facility, format.EventCount)).Order());
        var uncatalogued = (await _queries.ListAsync(new EventListFilter { FormatId = formats.Single(format => format.Facility == "*").Id }, new PageRequest(), default)).Items;
        Assert.All(uncatalogued, item => Assert.Contains("catalogue", Assert.Single(item.Notes), StringComparison.Ordinal));
        Assert.Equal(5, (await _queries.ListAsync(new EventListFilter { EventType = 0x1234, FormatId = uncatalogued[0].FormatId }, new PageRequest(), default)).Items.Count);
    }

    private async Task<string?> ScalarAsync(string text)
    {
        await using var command = _postgres.Source.CreateCommand(text);
        return (await command.ExecuteScalarAsync())?.ToString();
    }
}
