using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Store.Events;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests.Events;

/// <summary>Events go in once, whole, and counted.</summary>
public sealed class EventWriterTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly EventWriter _writer = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task WriteAsync_ABatch_IsStoredAndCounted()
    {
        var events = Enumerable.Range(0, 100).Select(i => SomeEvent.Link($"eth{i % 3}", 1000, $"10.9.1.{i % 5}")).ToArray();

        var result = await _writer.WriteAsync(events, new EventBatchKey(Guid.NewGuid()), default);

        Assert.Equal((100, 0), (result.Accepted, result.Duplicates));
        Assert.Empty(result.Rejected);
        Assert.Equal(100L, await CountAsync("SELECT count(*) FROM event e JOIN host h ON h.id = e.host_id WHERE h.name LIKE '10.9.1.%'"));
        await EventCountsCheck.RunAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_TheSameBatchAgain_IsAllDuplicates()
    {
        var key = new EventBatchKey(Guid.NewGuid());
        var first = await _writer.WriteAsync([SomeEvent.Of("10.9.2.1"), SomeEvent.Of("10.9.2.1")], key, default);

        // Received anew, so with other ids.
        var again = await new EventWriter(postgres.Source, TimeProvider.System).WriteAsync([SomeEvent.Of("10.9.2.1"), SomeEvent.Of("10.9.2.1")], key, default);

        Assert.Equal((2, 0), (first.Accepted, first.Duplicates));
        Assert.Equal((0, 2), (again.Accepted, again.Duplicates));
        Assert.Equal(2L, await CountAsync("SELECT event_count FROM host WHERE name = '10.9.2.1'"));
        await EventCountsCheck.RunAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_TheSameBatchByFourWritersAtOnce_IsStoredOnce()
    {
        var key = new EventBatchKey(Guid.NewGuid());
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            new EventWriter(postgres.Source, TimeProvider.System).WriteAsync([.. Enumerable.Range(0, 50).Select(_ => SomeEvent.Of("10.9.3.1"))], key, default))));

        Assert.Equal(50, results.Sum(result => result.Accepted));
        Assert.Equal(150, results.Sum(result => result.Duplicates));
        Assert.Equal(50L, await CountAsync("SELECT event_count FROM host WHERE name = '10.9.3.1'"));
    }

    [Fact]
    public async Task WriteAsync_EventsThatAreStoredAlready_AreDuplicatesByTheirIds()
    {
        var events = new[] { SomeEvent.Of("10.9.4.1"), SomeEvent.Of("10.9.4.1"), SomeEvent.Of("10.9.4.1") };
        await _writer.WriteAsync(events[..2], batch: null, default);

        var again = await _writer.WriteAsync([.. events, events[2]], batch: null, default);

        Assert.Equal((1, 3), (again.Accepted, again.Duplicates));
        Assert.Equal(3L, await CountAsync("SELECT event_count FROM host WHERE name = '10.9.4.1'"));
    }

    [Fact]
    public async Task WriteAsync_ManyWritersOfTheSameFormatsAndHosts_CountExactly()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            // Each a writer of its own, as in several processes: what one remembers the others do not know.
            var events = new EventWriter(postgres.Source, TimeProvider.System);
            for (var batch = 0; batch < 10; batch++)
            {
                await events.WriteAsync(
                    [.. Enumerable.Range(0, 40).Select(i => SomeEvent.Of(
                        $"10.9.5.{i % 7}",
                        i % 2 == 0 ? $"many-{i % 7}" : null,
                        Some.Now.AddMinutes(-(i * 17)),
                        facility: $"drv{i % 4}",
                        format: i % 11 == 0 ? null : $"format {(i + writer + batch) % 13} %d",
                        count: i % 10 == 3 ? 5 : 1,
                        severity: (Severity)(i % 8),
                        arguments: i % 11 == 0 ? [] : [EventArgument.OfNumber(i % 50)]))],
                    new EventBatchKey(Guid.NewGuid()),
                    default);
            }
        })));

        await EventCountsCheck.RunAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_FormatsThatWerePruned_AreMadeAgain()
    {
        await _writer.WriteAsync([SomeEvent.Of("10.9.6.1", format: "pruned %d")], batch: null, default);
        await ExecuteAsync("DELETE FROM event WHERE format_id = (SELECT id FROM event_format WHERE format = 'pruned %d')");
        await ExecuteAsync("DELETE FROM event_format WHERE format = 'pruned %d'");
        await ExecuteAsync("UPDATE host SET event_count = 0 WHERE name = '10.9.6.1'");

        var result = await _writer.WriteAsync([SomeEvent.Of("10.9.6.1", format: "pruned %d")], new EventBatchKey(Guid.NewGuid()), default);

        Assert.Equal(1, result.Accepted);
        Assert.Equal(1L, await CountAsync("SELECT event_count FROM event_format WHERE format = 'pruned %d'"));
        await EventCountsCheck.RunAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_FormatsOfOneStringInTwoFacilities_AreTwo()
    {
        await _writer.WriteAsync([SomeEvent.Of(facility: "two-a", format: "two"), SomeEvent.Of(facility: "two-b", format: "two"), SomeEvent.Of(facility: "two-a", format: "two", type: 7)], null, default);
        Assert.Equal(3L, await CountAsync("SELECT count(*) FROM event_format WHERE format = 'two'"));
    }

    private async Task<long> CountAsync(string text)
    {
        await using var command = postgres.Source.CreateCommand(text);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string text)
    {
        await using var command = postgres.Source.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }
}
