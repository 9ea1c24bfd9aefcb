using Mayday.Events.Filtering;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Events.Filtering;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests.Events;

/// <summary>What was written comes back, found by what people look for.</summary>
public sealed class EventQueryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly EventWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly EventQueries _queries = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task FindAsync_AnEventWithEverything_ComesBackWhole()
    {
        var at = new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero).AddTicks(1230);
        var written = SomeEvent.Of("10.10.0.1", "whole-1", at) with
        {
            Event = new KernelEvent
            {
                Facility = "e1000",
                EventType = unchecked((int)0xb4a82d4b),
                Severity = Severity.Critical,
                Format = EvlogFormat.Printf,
                FormatString = "%s: %d %u %p %c",
                Flags = EvlogFlags.KernelEvent | EvlogFlags.Interrupt | (EvlogFlags)0x80000000,
                Processor = 3,
                Uid = uint.MaxValue,
                Gid = 0,
                Pid = -1,
                Pgrp = 77,
                OccurredAt = at.AddHours(-1),
                Text = "eth0: -5 18446744073709551615 ffff888000000000 x",
                Arguments =
                [
                    EventArgument.OfText("eth0"),
                    EventArgument.OfNumber(-5),
                    new EventArgument(EventArgumentKind.Unsigned, -1, null, "%u"),
                    new EventArgument(EventArgumentKind.Pointer, unchecked((long)0xffff888000000000), null, "%p"),
                    new EventArgument(EventArgumentKind.Character, 'x', null, "%c"),
                ],
                IsTruncated = true,
                Fields = [KeyValuePair.Create("SUBSYSTEM", "pci"), KeyValuePair.Create("DEVICE", "+pci:0000:00:03.0")],
                Notes = ["word size unknown, taken as 8"],
                Count = 4,
            },
            Raw = new byte[] { 1, 2, 0, 255 },
        };
        await _writer.WriteAsync([written], null, default);

        var found = (await _queries.FindAsync(written.Id, default))!;

        Assert.Equal(("whole-1", at, "evlog", "10.10.0.1"), (found.Event.Host, found.Event.ReceivedAt, found.Event.Transport, found.Event.SourceAddress));
        Assert.Equal((written.Event.Facility, 0xb4a82d4b, Severity.Critical), (found.Event.Facility, found.Event.EventType, found.Event.Severity));
        Assert.Equal(written.Event.Arguments, found.Event.Arguments);
        Assert.Equal((written.Event.FormatString, written.Event.Text, written.Event.Flags), (found.Event.Format, found.Event.Text, found.Event.Flags));
        Assert.Equal((3, uint.MaxValue, 0u, -1, 77), (found.Event.Processor, found.Event.Uid, found.Event.Gid, found.Event.Pid, found.Event.Pgrp));
        Assert.Equal((at.AddHours(-1), true, 4), (found.Event.OccurredAt, found.Event.Truncated, found.Event.Count));
        Assert.Equal(written.Event.Fields.Order(s_keyOrder), found.Event.Fields.Order(s_keyOrder));
        Assert.Equal(written.Event.Notes, found.Event.Notes);
        Assert.Equal(written.Raw.ToArray(), found.Raw);
        Assert.Equal(("test", 2005), (found.Collector, found.SourcePort));
    }

    [Fact]
    public async Task FindAsync_ABinaryEventWithoutMuch_HasItsPayloadAndNullsElsewhere()
    {
        var written = SomeEvent.Of("10.10.0.2") with
        {
            Event = new KernelEvent { Facility = "mce", EventType = -7, Severity = Severity.Error, Format = EvlogFormat.Binary, Text = "", Payload = new byte[] { 0, 1, 2 } },
        };
        await _writer.WriteAsync([written], null, default);

        var found = (await _queries.FindAsync(written.Id, default))!;

        Assert.Equal([0, 1, 2], found.Event.Payload);
        Assert.Equal(4294967289u, found.Event.EventType);
        Assert.Equal(EvlogFormat.Binary, found.Event.DataFormat);
        Assert.Null(found.Event.Format ?? (object?)found.Event.Processor ?? found.Event.Uid ?? found.Event.Pid ?? (object?)found.Event.OccurredAt);
        Assert.Empty(found.Event.Arguments);
        Assert.Empty(found.Raw);
    }

    [Fact]
    public async Task FindAsync_AnIdThatThereIsNot_IsNull() => Assert.Null(await _queries.FindAsync(Guid.CreateVersion7(), default));

    [Fact]
    public async Task ListAsync_PagesWhileEventsComeIn_ShowsEachOnceAndMissesNone()
    {
        var start = Some.Now.AddMinutes(-10);
        var before = Enumerable.Range(0, 95).Select(i => SomeEvent.Of("10.10.1.1", at: start.AddSeconds(i))).ToArray();
        await _writer.WriteAsync(before, null, default);

        var seen = new List<Guid>();
        var page = new PageRequest(10);
        do
        {
            var events = await _queries.ListAsync(new EventListFilter { Host = "10.10.1.1" }, page, default);
            seen.AddRange(events.Items.Select(item => item.Id));
            page = new PageRequest(10, events.Next);
            await _writer.WriteAsync([SomeEvent.Of("10.10.1.1"), SomeEvent.Of("10.10.1.1")], null, default);
        }
        while (page.Cursor is not null);

        Assert.Equal(before.Select(one => one.Id).Order().Reverse(), seen);
    }

    [Fact]
    public async Task ListAsync_EachWayToNarrow_FindsWhatItShould()
    {
        var start = Some.Now.AddHours(-3);
        var link = SomeEvent.Link("eth7", 100, "10.10.2.1", start) with { Transport = Transport.Netlink };
        var disk = SomeEvent.Of("10.10.2.2", at: start.AddHours(1), facility: "ata", format: null, text: "ata1.00: failed command", severity: Severity.Critical, type: 9);
        var quiet = SomeEvent.Of("10.10.2.2", at: start.AddHours(2), facility: "ata", format: "quiet %d", severity: Severity.Debug, type: -9, arguments: [EventArgument.OfNumber(12)]);
        await _writer.WriteAsync([link, disk, quiet], null, default);
        var formats = await _queries.ListFormatsAsync(new EventFormatFilter { Host = "10.10.2.1" }, new PageRequest(), default);

        await AssertFoundAsync([quiet, disk, link], new EventListFilter { Host = "10.10.2.*" });
        await AssertFoundAsync([link], new EventListFilter { Host = "10.10.2.1" });
        await AssertFoundAsync([], new EventListFilter { Host = "10.10.2.9" });
        await AssertFoundAsync([quiet, disk], new EventListFilter { Host = "10.10.2.*", Facility = "ata" });
        await AssertFoundAsync([quiet], new EventListFilter { Host = "10.10.2.*", EventType = -9 });
        await AssertFoundAsync([], new EventListFilter { EventType = 424242 });
        await AssertFoundAsync([disk, link], new EventListFilter { Host = "10.10.2.*", AtLeast = Severity.Error });
        await AssertFoundAsync([disk], new EventListFilter { Host = "10.10.2.*", Text = "FAILED" });
        await AssertFoundAsync([disk], new EventListFilter { Host = "10.10.2.*", Since = start.AddMinutes(30), Until = start.AddMinutes(90) });
        await AssertFoundAsync([link], new EventListFilter { Host = "10.10.2.*", FormatId = Assert.Single(formats.Items).Id });
        foreach (var (text, wanted) in new (string, ReceivedEvent[])[]
        {
            ("arg1 > 5", [quiet]),
            ("severity <= err && arg1 = \"eth7\"", [link]),
            ("!(facility = ata) || text contains \"failed\"", [disk, link]),
        })
        {
            Assert.True(EventFilter.TryParse(text, out var filter, out var error), error?.ToString());
            await AssertFoundAsync(wanted, new EventListFilter { Host = "10.10.2.*", Filter = filter });
        }
    }

    [Fact]
    public async Task SliceAsync_AWindow_HasItsRowsAndTheTotal()
    {
        var events = Enumerable.Range(0, 30).Select(i => SomeEvent.Of("10.10.3.1", at: Some.Now.AddSeconds(-i))).ToArray();
        await _writer.WriteAsync(events, null, default);

        var (items, total) = await _queries.SliceAsync(new EventListFilter { Host = "10.10.3.1" }, 10, 5, 1000, default);

        Assert.Equal(events[10..15].Select(one => one.Id), items.Select(item => item.Id));
        Assert.Equal(30, total);
        Assert.Equal(20, (await _queries.SliceAsync(new EventListFilter { Host = "10.10.3.1" }, 0, 5, 20, default)).Total);
    }

    [Fact]
    public async Task ListFormatsAsync_AFormat_HasCountsTrendAndSpread()
    {
        var now = Some.Now;
        var events = Enumerable.Range(0, 97).Select(_ => SomeEvent.Of("10.10.4.1", at: now, format: "port=%d of %s", arguments: [EventArgument.OfNumber(3), EventArgument.OfText("switch")]))
            .Concat(Enumerable.Range(0, 3).Select(i => SomeEvent.Of(
                "10.10.4.2", at: now.AddDays(-2), format: "port=%d of %s", severity: Severity.Alert, arguments: [EventArgument.OfNumber(i - 10), EventArgument.OfText("switch")])))
            .ToArray();
        await _writer.WriteAsync(events, null, default);

        var format = Assert.Single((await _queries.ListFormatsAsync(new EventFormatFilter { Text = "port=%d of" }, new PageRequest(), default)).Items);

        Assert.Equal((100, 2, Severity.Alert), (format.EventCount, format.HostCount, format.Severity));
        Assert.Equal(EventQueries.TrendDays, format.Trend.Count);
        Assert.Equal((97, 3, 100), (format.Trend[^1], format.Trend[^3], format.Trend.Sum()));
        Assert.Equal(97, format.Hours[^1]);
        var port = format.Arguments[0];
        Assert.Equal((1, EventArgumentKind.Signed, 100, true, -10m, 3m), (port.Position, port.Kind, port.Observed, port.IsExact, port.Minimum, port.Maximum));
        Assert.Equal(new EventArgumentValue(null, 3, 97, false), port.Values[0]);
        Assert.Equal(4, port.Values.Count);
        Assert.Equal([new EventArgumentValue("switch", null, 100, false)], format.Arguments[1].Values);
        Assert.Equal(["10.10.4.1", "10.10.4.2"], (await _queries.ListFormatHostsAsync(format.Id, default)).Select(host => host.Host));
        Assert.Equal(format.EventCount, (await _queries.FindFormatAsync(format.Id, default))!.EventCount);
    }

    [Theory]
    [InlineData("lastSeen")]
    [InlineData("firstSeen")]
    [InlineData("events")]
    [InlineData("hosts")]
    public async Task ListFormatsAsync_EachOrder_PagesThroughAll(string sort)
    {
        await _writer.WriteAsync(
            [.. Enumerable.Range(0, 90).Select(i => SomeEvent.Of($"10.10.5.{i % 4}", at: Some.Now.AddMinutes(-i), facility: "order-" + sort, format: $"order {i % 13}"))], null, default);
        var filter = new EventFormatFilter { Facility = "order-" + sort, Sort = sort };

        var seen = new List<EventFormatItem>();
        var page = new PageRequest(5);
        do
        {
            var formats = await _queries.ListFormatsAsync(filter, page, default);
            seen.AddRange(formats.Items);
            page = new PageRequest(5, formats.Next);
        }
        while (page.Cursor is not null);

        Assert.Equal(13, seen.Select(format => format.Id).Distinct().Count());
        Func<EventFormatItem, IComparable> key = sort switch
        {
            "events" => format => format.EventCount,
            "hosts" => format => format.HostCount,
            "firstSeen" => format => format.FirstSeen,
            _ => format => format.LastSeen,
        };
        Assert.Equal(seen.OrderByDescending(key).ThenByDescending(format => format.Id).Select(format => format.Id), seen.Select(format => format.Id));
        Assert.Equal((13, 5), (await _queries.SliceFormatsAsync(filter, 3, 5, default) is var (items, total) ? (total, items.Count) : default));
    }

    [Fact]
    public async Task ListFormatsAsync_ACursorOfAnotherOrder_IsRefused()
    {
        await _writer.WriteAsync([SomeEvent.Of(facility: "cursor", format: "c1"), SomeEvent.Of(facility: "cursor", format: "c2")], null, default);
        var page = await _queries.ListFormatsAsync(new EventFormatFilter { Facility = "cursor" }, new PageRequest(1), default);

        await Assert.ThrowsAsync<InvalidCursorException>(() =>
            _queries.ListFormatsAsync(new EventFormatFilter { Facility = "cursor", Sort = "events" }, new PageRequest(1, page.Next), default));
        await Assert.ThrowsAsync<InvalidCursorException>(() => _queries.ListAsync(new EventListFilter(), new PageRequest(1, page.Next), default));
    }

    [Fact]
    public async Task ListAsync_LongerThanAnyoneWaits_SaysSo()
    {
        await using var other = await postgres.Source.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand("LOCK TABLE event IN ACCESS EXCLUSIVE MODE", other, transaction);
        await command.ExecuteNonQueryAsync();

        var impatient = new EventQueries(postgres.Source, TimeProvider.System, TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<EventSearchTooLongException>(() => impatient.ListAsync(new EventListFilter(), new PageRequest(), default));
        await Assert.ThrowsAsync<EventSearchTooLongException>(() => impatient.SliceAsync(new EventListFilter(), 0, 1, 10, default));
    }

    [Fact]
    public async Task SearchAsync_NoIndexServesIt_GoesOnInSlicesAndMissesNothing()
    {
        const string Facility = "slices";
        var at = Some.Now.AddDays(-1);
        var events = Enumerable.Range(0, 60).Select(i => SomeEvent.Of(facility: Facility, at: at.AddSeconds(i), text: i % 7 == 0 ? $"needle {i}" : $"hay {i}")).ToArray();
        await _writer.WriteAsync(events, null, default);
        // A clock that is past any patience after each slice, so that every call looks at one.
        var queries = new EventQueries(postgres.Source, new HastyClock(), TimeSpan.FromMinutes(5));
        var filter = new EventListFilter { Facility = Facility, Since = at, Until = at.AddMinutes(1), Filter = Parse("text contains needle") };

        var (found, ends, before) = (new List<string>(), new List<DateTimeOffset>(), (Guid?)null);
        while (true)
        {
            var page = await queries.SearchAsync(filter, before, 2, default, size: 8);
            found.AddRange(page.Items.Select(item => item.Text));
            if (page.Next is null)
            {
                break;
            }

            ends.Add(page.SearchedTo!.Value);
            before = Cursor.ReadId(page.Next);
        }

        Assert.Equal(events.Where((_, i) => i % 7 == 0).Reverse().Select(one => one.Event.Text), found);
        Assert.Equal(ends.OrderDescending(), ends);
        // 60 events in slices of 8, which end where the fill of a page does not end them before.
        Assert.InRange(ends.Count, 7, 9);
    }

    [Fact]
    public void SinceOf_AFilterThatNamesATime_EndsTheSearchThere()
    {
        var now = Some.Now;
        Assert.Equal(now.AddHours(-2), EventFilterSql.SinceOf(Parse("text contains x && age < 2h"), now));
        Assert.Equal(now.AddHours(-2), EventFilterSql.SinceOf(Parse("age <= 2h"), now));
        Assert.Null(EventFilterSql.SinceOf(Parse("age < 2h || text contains x"), now));
        Assert.Null(EventFilterSql.SinceOf(Parse("!(age < 2h) && age > 3h"), now));
    }

    private sealed class HastyClock : TimeProvider
    {
        private long _hours;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => 3600 * ++_hours;

        public override DateTimeOffset GetUtcNow() => Some.Now;
    }

    private static EventFilter Parse(string text) => EventFilter.TryParse(text, out var filter, out var error) ? filter : throw new ArgumentException(error.ToString());

    private static readonly Comparer<KeyValuePair<string, string>> s_keyOrder = Comparer<KeyValuePair<string, string>>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key));

    private async Task AssertFoundAsync(IEnumerable<ReceivedEvent> wanted, EventListFilter filter) =>
        Assert.Equal(wanted.Select(one => one.Id), (await _queries.ListAsync(filter, new PageRequest(), default)).Items.Select(item => item.Id));
}
