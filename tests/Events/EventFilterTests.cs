using FsCheck;
using FsCheck.Fluent;
using Mayday.Events.Filtering;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Query;

namespace Mayday.Events.Tests;

/// <summary>The query language in memory: what it takes, what it finds, and what it says of mistakes.</summary>
public sealed class EventFilterTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static readonly ReceivedFacts s_link = new(
        new KernelEvent
        {
            Facility = "e1000",
            EventType = unchecked((int)0xb4a82d4b),
            Severity = Severity.Error,
            Format = EvlogFormat.Printf,
            Flags = EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc,
            FormatString = "%s: link down, status=%d",
            Arguments = [EventArgument.OfText("eth0"), EventArgument.OfNumber(-5) with { Name = "status" }],
            Text = "eth0: link down, status=-5",
            Processor = 3,
            Uid = 0,
            Pid = 77,
            Fields = [new("SUBSYSTEM", "pci"), new("DEVICE", "+pci:0000:00:03.0")],
        },
        Host: "web-12",
        ReceivedAt: s_now.AddMinutes(-30),
        Transport: "evlog",
        Source: "10.0.0.12");

    [Theory]
    [InlineData("severity <= err")]
    [InlineData("severity = 3 and sev == LOG_ERR")]
    [InlineData("severity < warning && severity > crit && severity != info")]
    [InlineData("facility = e1000")]
    [InlineData("facility contains 100 && facility ~ '^e[0-9]+$'")]
    [InlineData("eventType = 0xb4a82d4b")]
    [InlineData("event_type = -1264046773")]
    [InlineData("eventType = \"%s: link down, status=%d\"")]
    [InlineData("eventType = \"<3>%s: link down, status=%d\\n\"")]
    [InlineData("format = PRINTF && format != string && format = 3")]
    [InlineData("format = \"%s: link down, status=%d\" && format contains 'link'")]
    [InlineData("flags & KERNEL && flags & 0x40 && !(flags & TRUNCATE)")]
    [InlineData("flags = 0x42")]
    [InlineData("!truncated && truncated = false && truncated != true")]
    [InlineData("text contains 'link down' && \"status=-5\"")]
    [InlineData("!(data contains link)")]
    [InlineData("text ~ 'link (up|down)' && text !~ \"carrier\"")]
    [InlineData("text ~ '(?i)LINK DOWN'")]
    [InlineData("cpu = 3 && pid >= 77 && uid = root && uid = 0")]
    [InlineData("!(gid = 0) && !(gid != 0)")]
    [InlineData("age < 2h && age > 29m && age <= 1800s && age < 1d")]
    [InlineData("receivedAt > '2026-11-27' && receivedAt < \"2026-11-27T12:00\" && time >= 2026-11-27")]
    [InlineData("!(occurredAt > 2000-01-01)")]
    [InlineData("host = web-12 && host ~ ^web && source = 10.0.0.12 && transport = evlog")]
    [InlineData("arg1 = eth0 && arg1 contains eth && arg1 ~ 'eth\\d+' && arg1 < eth1")]
    [InlineData("arg2 < 0 && arg2 = -5 && arg2 > -5.5 && arg2 != 5")]
    [InlineData("arg.status = -5 && arg.status < 0")]
    [InlineData("!(arg3 = 1) && !(arg3 != 1)")]
    [InlineData("!(arg2 = \"-5\")")]
    [InlineData("device = '+pci:0000:00:03.0' && subsystem = pci && field.SUBSYSTEM = pci && DEVICE contains 00:03")]
    [InlineData("count = 1")]
    [InlineData("severity=info||facility=e1000")]
    [InlineData("facility = nvme && facility = e1000 || facility = e1000")]
    [InlineData("not (facility = nvme or host = db-1)")]
    [InlineData("!!(host = web-12)")]
    [InlineData("severity:err host:web-* -transport:NETLINK since:2H until:10m LINK down")]
    [InlineData("severity:<=err flags:KERNEL -flags:TRUNCATE facility:e* eventType:0xb4a82d4b format:PRINTF")]
    [InlineData("arg1:eth* arg2:-5 arg.status:-5 !arg2:\"-5\" device:*03.0 field.SUBSYSTEM:pci")]
    [InlineData("receivedAt > 2h text:LINK !data:link \"link down\" !\"LINK down\"")]
    public void Matches_ConditionThatHolds_IsTrue(string filter)
    {
        Assert.True(EventFilter.TryParse(filter, out var parsed, out var error), error?.ToString());
        Assert.True(parsed.Matches(s_link, s_now));
        Assert.True(EventFilter.TryParse($"!({filter})", out var negated, out _));
        Assert.False(negated.Matches(s_link, s_now));
    }

    [Theory]
    [InlineData("", 1, 0, "empty")]
    [InlineData("severity", 9, 0, "comparison")]
    [InlineData("severity <=", 12, 0, "value is missing")]
    [InlineData("severity <= bad", 13, 3, "no severity")]
    [InlineData("severity contains err", 10, 8, "no text")]
    [InlineData("sevrity <= err", 1, 7, "did you mean severity")]
    [InlineData("host = web-1 severity = bad", 25, 3, "no severity")]
    [InlineData("severity err", 10, 3, "severity:err")]
    [InlineData("sevrity:err", 1, 7, "did you mean severity")]
    [InlineData("since > 2h", 7, 1, "since:7d")]
    [InlineData("host = web-1 && ", 17, 0, "missing")]
    [InlineData("(host = web-1", 14, 0, "column 1 is not closed")]
    [InlineData("host = web-1)", 13, 1, "without its (")]
    [InlineData("host = \"web", 8, 4, "not closed")]
    [InlineData("host =~ web", 7, 1, "no comparison")]
    [InlineData("host | web", 6, 1, "||")]
    [InlineData("text ~ \"a(b\"", 10, 1, "not closed")]
    [InlineData("text ~ \"\\\"(b\"", 11, 1, "not closed")]
    [InlineData("text ~ '(?=x)'", 9, 1, "Look-around")]
    [InlineData("text ~ '(a)\\1'", 12, 1, "not known")]
    [InlineData("text ~ 'x{300}'", 10, 1, "1 to 255")]
    [InlineData("text ~ '((x{200}){200}){200}'", 9, 1, "too large")]
    [InlineData("arg0 = 1", 1, 4, "arg1")]
    [InlineData("age < soon", 7, 4, "length of time")]
    [InlineData("age = 2h", 5, 1, "< <= > >=")]
    [InlineData("receivedAt > yesterday", 14, 9, "A time is written")]
    [InlineData("flags & NICE", 9, 4, "no flag")]
    [InlineData("pid & 3", 5, 1, "&&")]
    [InlineData("uid = alice", 7, 5, "root or nobody")]
    [InlineData("pid = 99999999999999999999999", 7, 23, "64 bits")]
    [InlineData("eventType > 'x'", 11, 1, "= or !=")]
    [InlineData("transport = pigeon", 13, 6, "evlog netlink http")]
    [InlineData("truncated = maybe", 13, 5, "= true")]
    [InlineData("facility = 12345", 12, 5, "by name")]
    [InlineData("= 5", 1, 1, "begins with a field")]
    public void TryParse_Mistake_PointsAtItAndSaysWhatIsRight(string filter, int column, int length, string says)
    {
        Assert.False(EventFilter.TryParse(filter, out _, out var error));
        Assert.Equal((column, length), (error.Column, error.Length));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("facility = 8", "user")]
    [InlineData("facility = LOCAL7", "local7")]
    public void TryParse_StandardFacility_IsTheNameOfIt(string filter, string facility)
    {
        Assert.True(EventFilter.TryParse(filter, out var parsed, out _));
        Assert.True(parsed.Matches(s_link with { Event = s_link.Event with { Facility = facility } }, s_now));
    }

    [Fact]
    public void TryParse_NestedBeyondAllMeasure_IsRefused()
    {
        Assert.False(EventFilter.TryParse(new string('(', 2000), out _, out var error));
        Assert.Contains("levels", error.Message, StringComparison.Ordinal);
        Assert.False(EventFilter.TryParse(new string('!', 2000), out _, out _));
        Assert.False(EventFilter.TryParse($"text ~ '{new string('(', 300)}'", out _, out error));
        Assert.Contains("groups", error.Message, StringComparison.Ordinal);
        Assert.False(EventFilter.TryParse(string.Join("||", Enumerable.Repeat("pid=1", EventFilter.MaxTests + 1)), out _, out error));
        Assert.Contains("conditions", error.Message, StringComparison.Ordinal);
        Assert.False(EventFilter.TryParse(new string('a', EventFilter.MaxLength + 1), out _, out _));
    }

    [Fact]
    public void TryParse_NameATemplateGave_AsksForItsPlaceAndItsWords()
    {
        var names = new ArgumentCatalog();
        names.Add("state", new ArgumentPlace("e1000", s_link.Event.EventType, 1, new Dictionary<string, long> { ["gone"] = -5, ["odd"] = 1 }));

        Assert.True(Found("state = -5"));
        Assert.True(Found("state = gone && !(state = odd)"));
        Assert.True(Found("state & odd"));
        Assert.False(Found("state = other"));
        Assert.True(EventFilter.TryParse("state = gone", names, out var filter, out _));
        Assert.False(filter.Matches(s_link with { Event = s_link.Event with { EventType = 1 } }, s_now));

        bool Found(string text) => EventFilter.TryParse(text, names, out var filter, out var error)
            ? filter.Matches(s_link, s_now)
            : throw new InvalidOperationException(error.ToString());
    }

    [Theory]
    [InlineData("state = gone && !(state & 4)", "state:gone !state & 4")]
    [InlineData("arg1 = eth0 && arg2 = -5 && arg2 = '-5' && arg3 = eth*", "arg1:eth0 arg2:-5 arg2:\"-5\" arg3:eth*")]
    [InlineData("eventType = \"%s: link down, status=%d\"", "eventType:0xb4a82d4b")]
    [InlineData("format = PRINTF or format = 'STRING'", "format:PRINTF or format:\"STRING\"")]
    [InlineData("facility = 8 || facility = '8'", "facility:user or facility:\"8\"")]
    [InlineData("uid = 0 && severity <= 3 && flags & 0x40", "uid:root severity <= err flags:EVTYCRC")]
    [InlineData("field.a:b = c && age < 120m", "field.a:b = c age < 2h")]
    public void ToString_Filter_IsReadAsTheSame(string filter, string expected)
    {
        var names = new ArgumentCatalog();
        names.Add("state", new ArgumentPlace("e1000", 1, 1, new Dictionary<string, long> { ["gone"] = -5 }));

        Assert.True(EventFilter.TryParse(filter, names, out var parsed, out var error), error?.ToString());
        Assert.Equal(expected, parsed.ToString());
        Assert.True(EventFilter.TryParse(expected, names, out var again, out error), error?.ToString());
        Assert.Equal(parsed.Root, again.Root);
    }

    [Fact]
    public void TryParse_AnyText_GivesAFilterOrAPlaceInIt() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), pieces =>
        {
            string[] known =
            [
                "(", ")", "!", "&&", "||", "|", "&", "=", "!=", "~", "!~", "<", "contains", "severity", "err", "arg1", "arg.x", "field.y", "text", "\"", "'",
                "\\", "[", "]", "a-", "{2,}", "*", "^", "$", "\\d", "(?i)", "😀", "\ud83d", "\0", "age", "2h", "flags", " ", "\"a\"", "'(a|b)*'", "format", "eventType",
            ];
            var text = string.Concat(pieces.Select(piece => known[Math.Abs(piece % known.Length)] + (piece % 3 == 0 ? " " : "")));
            if (!EventFilter.TryParse(text, out var filter, out var error))
            {
                return error.Message.Length > 0 && error.Column >= 1 && error.Column <= text.Length + 1 && error.Length >= 0;
            }

            filter.Matches(s_link, s_now);
            return true;
        }));

    [Theory]
    [InlineData("sev", 3, "severity", 0)]
    [InlineData("host = a && fac", 15, "facility", 12)]
    [InlineData("severity <= e", 13, "emerg err", 12)]
    [InlineData("flags & T", 9, "TRUNCATE", 8)]
    [InlineData("transport = ", 12, "evlog netlink http", 12)]
    [InlineData("text contains \"se", 17, "", 0)]
    [InlineData("severity ", 9, "", 0)]
    [InlineData("(dev", 4, "device", 1)]
    public void CompletionAt_WordsThatCouldStandThere_AreOffered(string text, int caret, string offered, int start)
    {
        var completion = FilterCompletion.At(text, caret, EventCatalogue.Plain);

        Assert.Equal(offered, string.Join(' ', completion.Suggestions.Select(suggestion => suggestion.Insert)));
        Assert.Equal(start, completion.Start);
    }
}
