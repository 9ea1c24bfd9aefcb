using System.Net;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Events.Templates;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Tests;

/// <summary>What is done with events before they are stored.</summary>
public sealed class EventScreenTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Pass_EqualEventsWithinTheWindow_AreOneAndThenNMore()
    {
        var screen = Screen("{}");

        var first = Take(screen, [At(0, "link down")], s_start);
        var held = Take(screen, [At(0.5, "link down"), At(1, "link down"), At(2, "link down")], s_start.AddSeconds(2));
        var due = Take(screen, [], s_start.AddSeconds(3));

        Assert.Single(first);
        Assert.Empty(held);
        var more = Assert.Single(due);
        Assert.Equal(3, more.Event.Count);
        Assert.Equal("3 more like this in 2 s", Assert.Single(more.Event.Notes));
        Assert.Equal(3, screen.Folded);
        Assert.Empty(Take(screen, [], s_start.AddHours(1)));
    }

    [Fact]
    public void Pass_EventsThatAlternate_AreFoldedWithinTheLookBack()
    {
        var screen = Screen("""{"folding":{"lookBack":2}}""");

        var stored = Take(screen, [At(0, "a"), At(0.1, "b"), At(0.2, "a"), At(0.3, "b")], s_start);
        // A third in between pushes "a" out of what is looked back at: its count is told, and "a" is new again.
        var later = Take(screen, [At(0.4, "c"), At(0.5, "a")], s_start);

        Assert.Equal(["a", "b"], stored.Select(received => received.Event.Text));
        Assert.Equal(["a", "c", "b", "a"], later.Select(received => received.Event.Text));
        Assert.Equal([1, 1, 1, 1], later.Select(received => received.Event.Count));
    }

    [Fact]
    public void Pass_SameTextOfOtherHostOrSeverity_IsAnotherEvent()
    {
        var screen = Screen("{}");

        Assert.Equal(3, Take(screen, [At(0, "a"), At(0, "a", host: "b"), At(0, "a", severity: Severity.Debug)], s_start).Count);
    }

    [Fact]
    public void Pass_ManyEqual_AreToldBeforeTheWindowEnds()
    {
        var screen = Screen("""{"folding":{"count":10}}""");

        var stored = Take(screen, [.. Enumerable.Range(0, 25).Select(i => At(i * 0.01, "storm"))], s_start.AddSeconds(1));

        Assert.Equal([1, 10, 10], stored.Select(received => received.Event.Count));
        Assert.Equal(4, Assert.Single(screen.TakeAll()).Event.Count);
    }

    [Fact]
    public void Pass_MoreHostsThanRemembered_TellsWhatItForgets()
    {
        var folder = new DuplicateFolder(new FoldingRule(), maxHosts: 2);
        var output = new List<ReceivedEvent>();
        foreach (var host in new[] { "a", "a", "b", "c" })
        {
            folder.Add(At(0, "x", host), output);
        }

        Assert.Equal([("a", 1), ("b", 1), ("a", 1), ("c", 1)], output.Select(received => (received.Host.Name!, received.Event.Count)));
        Assert.Equal(0, folder.Held);
    }

    [Fact]
    public void PassBatch_SameBatchTwice_GivesTheSameTwice()
    {
        var screen = Screen("""{"folding":{"batches":true}}""");
        ReceivedEvent[] batch = [At(0, "a"), At(0.1, "a"), At(0.2, "b"), At(0.3, "a")];

        var first = screen.PassBatch(batch, out var indexes);
        var again = screen.PassBatch(batch, out _);

        Assert.Equal([("a", 1), ("b", 1), ("a", 2)], first.Select(received => (received.Event.Text, received.Event.Count)));
        Assert.Equal([0, 2, 3], indexes);
        Assert.Equal(first.Select(received => received.Id), again.Select(received => received.Id));
    }

    [Fact]
    public void PassBatch_AnHourOfASpool_IsFoldedByTheSendersTime()
    {
        var screen = Screen("""{"folding":{"batches":true}}""");
        var spool = Enumerable.Range(0, 60).Select(i => At(0, "tick") with { }).Select((received, i) => received with
        {
            Event = received.Event with { OccurredAt = s_start.AddMinutes(i - 60) },
        }).ToArray();

        Assert.Equal(60, screen.PassBatch(spool, out _).Count);
    }

    [Fact]
    public void PassBatch_UnlessToldTo_FoldsNothing()
    {
        Assert.Equal(3, Screen("{}").PassBatch([At(0, "a"), At(0, "a"), At(0, "a")], out _).Count);
    }

    [Fact]
    public void Pass_DiscardRules_DropAndCount()
    {
        var screen = Screen("""{"discard":[{"name":"noise","filter":"severity = debug"}],"folding":{"on":false}}""");

        Assert.Single(Take(screen, [At(0, "a"), At(0, "b", severity: Severity.Debug), At(0, "c", severity: Severity.Debug)], s_start));
        Assert.Equal(2, screen.Discarded["noise"]);
    }

    [Fact]
    public void Pass_FacilityRegistry_DropsForgedUnwantedAndUnknown()
    {
        var screen = Screen(
            """{"onlyKnownFacilities":true,"facilities":[{"name":"scsi","kernelOnly":true,"accept":"severity <= err"}]}""");

        Assert.Empty(Take(screen, [At(0, "forged"), At(0, "unknown", facility: "nvme"), At(0, "mild", severity: Severity.Notice, flags: EvlogFlags.KernelEvent)], s_start));
        Assert.Single(Take(screen, [At(0, "good", flags: EvlogFlags.KernelEvent)], s_start));
        Assert.Equal(3, screen.Discarded.Values.Sum());
    }

    [Fact]
    public void Pass_ThresholdPerHostAndDevice_AlertsOnceForEach()
    {
        var screen = Screen("""{"folding":{"on":false},"alerts":[{"name":"disk","filter":"facility = scsi","count":3,"within":"1m","per":["host","device"],"quiet":"10m","webhook":"http://127.0.0.1:9/x"}]}""");

        // Two in a minute, and the third too late: nothing. Then three within one.
        Take(screen, [At(0, "x", device: "sda"), At(30, "x", device: "sda"), At(70, "x", device: "sda")], s_start);
        Assert.False(screen.Alerts.TryRead(out _));
        Take(screen, [At(71, "x", device: "sdb"), At(72, "x", device: "sda")], s_start);

        Assert.True(screen.Alerts.TryRead(out var alert));
        Assert.Equal(("disk", 3), (alert.Rule, alert.Count));
        Assert.Equal([new("host", "a"), new("device", "sda")], alert.Values);
        // Quiet now; another device is not.
        Take(screen, [.. Enumerable.Range(0, 5).Select(i => At(80 + i, "x", device: "sda"))], s_start);
        Assert.False(screen.Alerts.TryRead(out _));
        Take(screen, [At(81, "x", device: "sdb"), At(82, "x", device: "sdb")], s_start);
        Assert.True(screen.Alerts.TryRead(out alert));
        Assert.Equal("sdb", alert.Values[1].Value);
        // And after the quiet time it alerts again.
        Take(screen, [.. Enumerable.Range(0, 3).Select(i => At(700 + i, "x", device: "sda"))], s_start);
        Assert.True(screen.Alerts.TryRead(out _));
    }

    [Theory]
    [InlineData("pid", "7")]
    [InlineData("pgrp", "70")]
    [InlineData("uid", "1000")]
    [InlineData("cpu", "3")]
    [InlineData("flags", "KERNEL INTERRUPT")]
    [InlineData("truncated", "true")]
    [InlineData("format", "STRING")]
    [InlineData("data", "x")]
    [InlineData("count", "1")]
    [InlineData("severity", "err")]
    [InlineData("arg1", "sda")]
    [InlineData("arg2", "-5")]
    [InlineData("victim", "postgres")]
    [InlineData("arg.victim", "postgres")]
    [InlineData("device", "sdq")]
    [InlineData("field.DEVICE", "sdq")]
    [InlineData("receivedAt", null)]
    [InlineData("age", null)]
    public void Value_OfAnyNameThatTellsEventsApart_IsWhatAlertsCountBy(string name, string? value)
    {
        var one = At(0, "x", device: "sdq");
        one = one with
        {
            Event = one.Event with
            {
                Format = EvlogFormat.String,
                Flags = EvlogFlags.KernelEvent | EvlogFlags.Interrupt,
                IsTruncated = true,
                Pid = 7,
                Pgrp = 70,
                Uid = 1000,
                Processor = 3,
                Severity = Severity.Error,
                Arguments = [EventArgument.OfText("sda"), EventArgument.OfNumber(-5), EventArgument.OfText("postgres") with { Name = "victim" }],
            },
        };

        Assert.Equal(value is not null, EventFacts.IsName(name, TemplateBook.Shipped.Names));
        Assert.Equal(value, EventFacts.Value(EventFacts.Of(one), name));
    }

    [Fact]
    public void Pass_FoldedEvents_CountForAll()
    {
        var screen = Screen("""{"alerts":[{"name":"many","filter":"\"x\"","count":50,"within":"1m"}]}""");

        Take(screen, [.. Enumerable.Range(0, 49).Select(i => At(i * 0.01, "x"))], s_start);
        Assert.False(screen.Alerts.TryRead(out _));
        Take(screen, [At(0.5, "x")], s_start);
        Assert.True(screen.Alerts.TryRead(out _));
    }

    [Fact]
    public void Add_MoreValuesThanCounted_ForgetsTheSilentAndSaysSo()
    {
        var rule = new EventRulesReader("r", TemplateBook.Shipped.Names).Read("""{"alerts":[{"name":"n","filter":"severity <= debug","count":2,"per":["text"]}]}""").Alerts[0];
        var counter = new ThresholdCounter(rule, maxKeys: 2);
        foreach (var text in new[] { "a", "b", "c", "a" })
        {
            Assert.Null(counter.Add(At(0, text), EventFacts.Of(At(0, text))));
        }

        Assert.Equal(2, counter.Evicted);
        Assert.NotNull(counter.Add(At(1, "a"), EventFacts.Of(At(1, "a"))));
    }

    [Fact]
    public void Pass_AlertsOfOneMoment_StandInTheOrderOfTheirEvents()
    {
        var screen = Screen("""{"folding":{"on":false},"alerts":[{"name":"each","filter":"severity <= debug","per":["text"]}]}""");

        Take(screen, [.. Enumerable.Range(0, 20).Select(i => At(0, $"{i}") with { Id = DumpId.At(s_start, i) })], s_start);

        List<EventAlert> alerts = [];
        while (screen.Alerts.TryRead(out var alert))
        {
            alerts.Add(alert);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), alerts.OrderBy(alert => alert.Id.ToString(), StringComparer.Ordinal).Select(alert => alert.Text));
        Assert.All(alerts, alert => Assert.NotEqual(alert.EventId, alert.Id));
    }

    [Fact]
    public void Pass_AlertsThatNobodyTakes_AreBoundedAndCounted()
    {
        var screen = Screen("""{"folding":{"on":false},"alerts":[{"name":"each","filter":"severity <= debug","per":["text"]}]}""");

        Take(screen, [.. Enumerable.Range(0, EventScreen.MaxWaitingAlerts + 5).Select(i => At(i, $"{i}"))], s_start);

        Assert.Equal(5, screen.AlertsLost);
    }

    [Fact]
    public void Read_Mistakes_AreAllToldWithTheirPlaces()
    {
        var reader = new EventRulesReader("rules.json", TemplateBook.Shipped.Names);
        reader.Read(
            """
            {"discard":[{"name":"a","filter":"sevrity = 3"}, 5], "folding":{"window":"soon"}, "colour":1,
             "alerts":[{"name":"b","filter":"pid = 1","count":0,"per":["nothing"],"webhook":"ftp://x"},{"filter":"pid = 1"}]}
            """);

        string[] expected =
        [
            "rules.json: the document has no member 'colour'", "rules.json: discard[0].filter column 1:", "rules.json: discard[1] has to be an object",
            "rules.json: folding.window is a length", "rules.json: alerts[0].count is a number", "rules.json: alerts[0].per 'nothing' is no field",
            "rules.json: alerts[0].webhook is an address", "rules.json: alerts[1].name is missing",
        ];
        Assert.Equal(expected.Length, reader.Mistakes.Count);
        Assert.All(expected, start => Assert.Contains(reader.Mistakes, mistake => mistake.StartsWith(start, StringComparison.Ordinal)));
    }

    [Fact]
    public void Load_FilesThatAreNotThere_AreMistakesNotExceptions()
    {
        var knowledge = EventKnowledge.Load("/nowhere/templates", "/nowhere/rules.json", out var mistakes);

        Assert.Equal(2, mistakes.Count);
        Assert.Same(EventKnowledge.Shipped, knowledge);
    }

    [Fact]
    public void TakeBack_PostgresAway_TheSameEventsComeAgainAsIfNew()
    {
        var screen = Screen("""{"discard":[{"name":"noise","filter":"severity = debug"}],"alerts":[{"name":"many","filter":"\"a\"","count":4,"within":"1m"}]}""");
        Take(screen, [At(0, "a"), At(0.1, "a")], s_start);
        ReceivedEvent[] batch = [At(0.2, "a"), At(0.3, "b"), At(0.4, "c"), At(0.5, "d"), At(0.6, "x", severity: Severity.Debug)];

        var lost = screen.Pass(batch, s_start).Select(received => (received.Event.Text, received.Event.Count)).ToArray();
        screen.TakeBack();
        var again = screen.Pass(batch, s_start).Select(received => (received.Event.Text, received.Event.Count)).ToArray();
        screen.Complete();

        // "d" pushed "a" out of the look-back: its two are told.
        Assert.Equal([("b", 1), ("c", 1), ("a", 2), ("d", 1)], lost);
        Assert.Equal(lost, again);
        Assert.Equal((2, 1), (screen.Folded, screen.Discarded["noise"]));
        Assert.False(screen.Alerts.TryRead(out _));
        Take(screen, [At(1, "a")], s_start);
        Assert.True(screen.Alerts.TryRead(out _));
    }

    private static IReadOnlyList<ReceivedEvent> Take(EventScreen screen, IReadOnlyList<ReceivedEvent> events, DateTimeOffset now)
    {
        var output = screen.Pass(events, now);
        screen.Complete();
        return output;
    }

    private static EventScreen Screen(string rules)
    {
        var reader = new EventRulesReader("rules.json", TemplateBook.Shipped.Names);
        var read = reader.Read(rules);
        Assert.Empty(reader.Mistakes);
        return new EventScreen(new EventKnowledge(TemplateBook.Shipped, read));
    }

    private static ReceivedEvent At(
        double seconds, string text, string host = "a", string facility = "scsi", Severity severity = Severity.Error, EvlogFlags flags = EvlogFlags.None, string? device = null)
    {
        var at = s_start.AddSeconds(seconds);
        return new ReceivedEvent
        {
            Id = DumpId.At(at),
            ReceivedAt = at,
            Transport = Transport.Netlink,
            Host = new HostClaim(IPAddress.Loopback, 1, host),
            Collector = "test",
            Event = new KernelEvent
            {
                Facility = facility, EventType = 7, Severity = severity, Format = EvlogFormat.String, Flags = flags, Text = text,
                Fields = device is null ? [] : [new("DEVICE", device)],
            },
        };
    }

    [Theory]
    [InlineData("facility e1000")]
    [InlineData("severity <= err link")]
    public void Read_FilterWithAForgottenSign_IsAMistakeAndNoSearch(string filter)
    {
        var reader = new EventRulesReader("r", TemplateBook.Shipped.Names);

        Assert.Empty(reader.Read($$"""{"discard":[{"name":"n","filter":"{{filter}}"}]}""").Discard);

        Assert.Contains("discard[0].filter column", Assert.Single(reader.Mistakes), StringComparison.Ordinal);
    }
}
