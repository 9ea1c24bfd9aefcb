using System.Text;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Events;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests.Events;

/// <summary>Whatever a sender reports is stored as text, bounded, and keeps nobody else's event out.</summary>
public sealed class EventHostileTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly EventWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly EventQueries _queries = new(postgres.Source, TimeProvider.System);

    [Theory]
    [MemberData(nameof(HostileTextTests.Texts), MemberType = typeof(HostileTextTests))]
    public async Task WriteAsync_HostileTextInEveryField_IsStoredBounded(string text)
    {
        var hostile = Hostile(text);

        var result = await _writer.WriteAsync([hostile], new EventBatchKey(Guid.NewGuid()), default);

        Assert.Equal((1, 0), (result.Accepted, result.Rejected.Count));
        var found = (await _queries.FindAsync(hostile.Id, default))!.Event;
        Assert.InRange(found.Facility.Length, 1, 64);
        Assert.InRange(found.Text.Length, 1, 16 * 1024);
        Assert.DoesNotContain('\0', found.Text + found.Facility + found.Format + found.Arguments[0].Text + found.Notes[0] + found.Fields[0].Key + found.Fields[0].Value + found.Host);
        Assert.Equal(hostile.Raw.ToArray(), (await _queries.FindAsync(hostile.Id, default))!.Raw);
        Assert.NotNull(await _queries.ListAsync(new EventListFilter { Host = text, Facility = text, Text = text }, new PageRequest(), default));
        Assert.NotNull(await _queries.ListFormatsAsync(new EventFormatFilter { Host = text, Facility = text, Text = text }, new PageRequest(), default));
        await EventCountsCheck.RunAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_MoreThanAnyEventHas_IsCutAndSaysSo()
    {
        var large = SomeEvent.Of("10.11.0.1") with
        {
            Event = new KernelEvent
            {
                Facility = "large",
                EventType = 1,
                Severity = (Severity)200,
                Format = EvlogFormat.Printf,
                FormatString = new string('f', 100_000),
                Text = new string('t', 100_000),
                Payload = new byte[200_000],
                Arguments = [.. Enumerable.Range(0, 5000).Select(i => EventArgument.OfText(new string('a', 9000)))],
                Fields = [.. Enumerable.Range(0, 5000).Select(i => KeyValuePair.Create($"k{i}", new string('v', 5000)))],
                Notes = [.. Enumerable.Range(0, 5000).Select(i => new string('n', 5000))],
                Count = int.MinValue,
            },
            Raw = new byte[200_000],
        };

        Assert.Equal(1, (await _writer.WriteAsync([large], null, default)).Accepted);

        var found = (await _queries.FindAsync(large.Id, default))!;
        Assert.True(found.Event.Truncated);
        Assert.Equal(Severity.Warning, found.Event.Severity);
        Assert.Equal((1, 256, 64, 32), (found.Event.Count, found.Event.Arguments.Count, found.Event.Fields.Count, found.Event.Notes.Count));
        Assert.InRange(found.Event.Payload.Length + found.Raw.Length, 1, 128 * 1024);
        Assert.InRange((await _queries.FindFormatAsync(found.Event.FormatId, default))!.Arguments.Count, 1, 16);
    }

    [Fact]
    public async Task WriteAsync_OneBadEventAmongMany_KeepsNoOtherOut()
    {
        var events = Enumerable.Range(0, 50).Select(i => SomeEvent.Of("10.11.1.1", arguments: [EventArgument.OfNumber(i)])).ToArray();
        events[31] = events[31] with { Event = events[31].Event with { Arguments = new BadArguments() } };

        var result = await _writer.WriteAsync(events, new EventBatchKey(Guid.NewGuid()), default);

        Assert.Equal((49, 0), (result.Accepted, result.Duplicates));
        Assert.Equal(31, Assert.Single(result.Rejected).Index);
        Assert.Contains("no arguments here", result.Rejected[0].Reason, StringComparison.Ordinal);
        Assert.Equal(49, (await _queries.SliceAsync(new EventListFilter { Host = "10.11.1.1" }, 0, 1, 1000, default)).Total);
        await EventCountsCheck.RunAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_EventsThatPostgresRefuses_AreRefusedOneByOne()
    {
        await ExecuteAsync("ALTER TABLE event ADD CONSTRAINT no_bad_facility CHECK (facility <> 'refused')");
        var events = Enumerable.Range(0, 40).Select(i => SomeEvent.Of("10.11.2.1", facility: i % 13 == 5 ? "refused" : "taken")).ToArray();

        var result = await _writer.WriteAsync(events, new EventBatchKey(Guid.NewGuid()), default);
        await ExecuteAsync("ALTER TABLE event DROP CONSTRAINT no_bad_facility");

        Assert.Equal([5, 18, 31], result.Rejected.Select(rejected => rejected.Index));
        Assert.Equal(37, result.Accepted);
        Assert.Equal(37, (await _queries.SliceAsync(new EventListFilter { Host = "10.11.2.1" }, 0, 1, 1000, default)).Total);
        await EventCountsCheck.RunAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_ManyFormatsInOneBatch_AreAllKept()
    {
        var events = Enumerable.Range(0, 2000).Select(i => SomeEvent.Of("10.11.3.1", facility: "many", format: $"format of its own {i}")).ToArray();

        Assert.Equal(2000, (await _writer.WriteAsync(events, null, default)).Accepted);

        Assert.Equal(2000, (await _queries.SliceFormatsAsync(new EventFormatFilter { Facility = "many" }, 0, 1, default)).Total);
    }

    private static ReceivedEvent Hostile(string text) => SomeEvent.Of("10.11.0.9", name: "host " + text) with
    {
        Event = new KernelEvent
        {
            Facility = text,
            EventType = int.MinValue,
            Severity = Severity.Error,
            Format = EvlogFormat.Printf,
            FormatString = text,
            Flags = (EvlogFlags)uint.MaxValue,
            Processor = int.MaxValue,
            Uid = uint.MaxValue,
            Text = text,
            Arguments = [EventArgument.OfText(text, text), new EventArgument(EventArgumentKind.String, 0, text, text, text)],
            Fields = [KeyValuePair.Create(text, text)],
            Notes = [text],
        },
        Raw = Encoding.UTF8.GetBytes(text.Length > 1000 ? text[..1000] : text),
        Collector = text,
    };

    private async Task ExecuteAsync(string text)
    {
        await using var command = postgres.Source.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Arguments that cannot be read: what a defect of a reader would look like here.</summary>
    private sealed class BadArguments : IReadOnlyList<EventArgument>
    {
        public int Count => 1;

        public EventArgument this[int index] => throw new NotSupportedException("no arguments here");

        public IEnumerator<EventArgument> GetEnumerator() => throw new NotSupportedException("no arguments here");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
