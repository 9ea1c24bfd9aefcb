using System.Globalization;
using Mayday.Agent.Forwarding;
using Mayday.Agent.Printk;
using Mayday.Protocol;
using Mayday.Tests.Shared;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Agent.Tests.Forwarding;

public sealed class ForwarderTests(ITestOutputHelper output) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mayday-agent-").FullName;
    private readonly ManualClock _clock = new();
    private readonly List<AgentNotice> _notices = [];
    private readonly List<Line> _lines = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines)
        {
            await line.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Spool, outbox and forwarder as the agent puts them together.</summary>
    private sealed class Line : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly CollectorClient _client;
        private readonly Forwarder _forwarder;
        private readonly Task _running;
        private bool _ended;

        public Line(string folder, string url, ManualClock clock, List<AgentNotice> notices, long maxBytes, long fileBytes)
        {
            void Tell(AgentNotice notice)
            {
                lock (notices)
                {
                    notices.Add(notice);
                }
            }

            Spool = OutgoingSpool.Open(folder, Guid.Empty, maxBytes, fileBytes);
            _client = new CollectorClient(new Uri(url), "web-1", null, TimeSpan.FromMinutes(2), clock);
            _forwarder = new Forwarder(Spool, _client, Counters, clock, new Random(1), Tell);
            Outbox = new EventOutbox(Spool, Counters, clock, Tell, _forwarder.Wake);
            _forwarder.Drained = Outbox.TellLosses;
            _running = _forwarder.RunAsync(_stop.Token);
        }

        public OutgoingSpool Spool { get; }

        public EventOutbox Outbox { get; }

        public AgentCounters Counters { get; } = new();

        public async Task EndAsync()
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            await _stop.CancelAsync();
            await _running;
            Outbox.Close();
            Outbox.Dispose();
            _forwarder.Dispose();
            Spool.Dispose();
            _client.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            Counters.Dispose();
            _stop.Dispose();
        }
    }

    private Line Start(string url, long maxBytes = 64 << 20, long fileBytes = 64 << 10)
    {
        var line = new Line(_folder, url, _clock, _notices, maxBytes, fileBytes);
        _lines.Add(line);
        return line;
    }

    private static AgentEvent Event(int number) => new()
    {
        Facility = "e1000",
        Severity = Severity.Error,
        EventType = 7,
        Format = "%s: link is down, %d",
        Values = [PrintkValue.Of("eth0"), PrintkValue.Of((long)number)],
        Text = $"eth0: link is down, {number}",
        OccurredAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
        Fields = [new("SUBSYSTEM", "pci"), new("DEVICE", "+pci:0000:00:03.0"), new("sequence", number.ToString(CultureInfo.InvariantCulture))],
    };

    private static IEnumerable<int> Numbers(ListeningCollector collector) =>
        collector.Events.Where(one => one.GetProperty("facility").GetString() == "e1000").Select(one => one.GetProperty("args")[1].GetInt32());

    [Fact]
    public async Task Run_EventsGathered_GoAsOneBatchASecondLater()
    {
        await using var collector = await ListeningCollector.StartAsync();
        var line = Start(collector.Url);

        line.Outbox.Add(Event(1));
        line.Outbox.Add(Event(2));
        Assert.Equal(0, line.Spool.Batches);
        _clock.Advance(EventOutbox.Linger);
        await Patience.UntilAsync(() => line.Counters.Sent == 2, "two events taken");

        Assert.Equal(1, collector.Requests);
        Assert.Equal("web-1", collector.LastHost);
        var first = collector.Events[0];
        Assert.Equal("""{"facility":"e1000","severity":"err","eventType":7,"format":"%s: link is down, %d","args":["eth0",1],"text":"eth0: link is down, 1","time":"1970-01-01T00:00:01.000000Z","fields":{"SUBSYSTEM":"pci","DEVICE":"\u002Bpci:0000:00:03.0","sequence":"1"}}""",
            first.GetRawText());
    }

    [Fact]
    public async Task Run_CollectorAwayForAnHour_LosesNothingAndDoublesNothing()
    {
        const int PerSecond = 100;
        const int Seconds = 3600;
        // Five seconds at a time: fewer, fuller batches spare the disk of a loaded machine.
        const int Step = 5;
        await using var collector = await ListeningCollector.StartAsync();
        await collector.StopAsync();
        var line = Start(collector.Url, maxBytes: new AgentSpoolOptions().MaxBytes, fileBytes: 4 << 20);

        for (var second = 0; second < Seconds; second += Step)
        {
            for (var i = 0; i < PerSecond * Step; i++)
            {
                line.Outbox.Add(Event(second * PerSecond + i));
            }

            _clock.Advance(TimeSpan.FromSeconds(Step));
        }

        Assert.Equal(Seconds / Step, line.Spool.Batches);
        output.WriteLine($"{Seconds * PerSecond} events take {line.Spool.Bytes:N0} bytes of the spool");
        Assert.InRange(line.Spool.Bytes, 1, new AgentSpoolOptions().MaxBytes / 2);
        await Patience.UntilAsync(() => line.Counters.Failures > 0, "an attempt that failed");
        await collector.ListenAsync();
        await Patience.UntilAsync(() => line.Spool.Batches == 0, "an empty spool", () => _clock.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal(Enumerable.Range(0, Seconds * PerSecond), Numbers(collector));
        Assert.Equal(Seconds * PerSecond, line.Counters.Sent);
        Assert.Equal((0L, 0L), (line.Counters.Dropped, line.Counters.Known));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.spool"));
        Assert.Contains(_notices, notice => notice.Text.Contains("does not take events"));
        Assert.Contains(_notices, notice => notice.Text.Contains("answers again"));
    }

    [Fact]
    public async Task Run_CollectorThatFailsInEveryWay_GetsEachEventOnce()
    {
        await using var collector = await ListeningCollector.StartAsync();
        var random = new Random(5);
        collector.Next = () =>
        {
            lock (random)
            {
                return random.Next(4) switch { 0 => Behaviour.KeepAndBreak, 1 => Behaviour.Later, _ => Behaviour.Answer };
            }
        };
        var line = Start(collector.Url);
        var sent = 0;
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 50; i++)
            {
                line.Outbox.Add(Event(sent++));
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
            if (round % 5 == 3)
            {
                await collector.StopAsync();
                await collector.ListenAsync();
            }

            if (round % 7 == 6)
            {
                // The agent is restarted in the middle of whatever it does.
                await line.EndAsync();
                line = Start(collector.Url);
            }
        }

        await Patience.UntilAsync(() => line.Spool.Batches == 0, "an empty spool", () => _clock.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal(Enumerable.Range(0, sent), Numbers(collector));
        Assert.True(collector.Known > 0, "an answer got lost at least once, or the test shows nothing");
    }

    [Fact]
    public async Task Run_SpoolFull_CountsAndTellsWhatWasLost()
    {
        await using var collector = await ListeningCollector.StartAsync();
        await collector.StopAsync();
        var line = Start(collector.Url, maxBytes: 300_000);
        var random = new Random(3);
        const int Offered = 4_000;
        for (var i = 0; i < Offered; i++)
        {
            // Text that does not shrink.
            var noise = new byte[150];
            random.NextBytes(noise);
            line.Outbox.Add(Event(i) with { Text = Convert.ToBase64String(noise) });
            if (i % 100 == 99)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        var dropped = line.Counters.Dropped;
        Assert.InRange(dropped, 1, Offered - 1);
        Assert.InRange(line.Spool.Bytes, 1, 300_000);
        // The loss is known to the next start too.
        await line.EndAsync();
        line = Start(collector.Url, maxBytes: 300_000);
        await collector.ListenAsync();
        await Patience.UntilAsync(
            () => line.Spool.Batches == 0 && collector.Events.Any(one => one.GetProperty("facility").GetString() == EventOutbox.LossFacility),
            "the loss to be told", () => _clock.Advance(TimeSpan.FromSeconds(1)));

        var told = collector.Events.Where(one => one.GetProperty("facility").GetString() == EventOutbox.LossFacility).Sum(one => one.GetProperty("args")[0].GetInt64());
        Assert.Equal(dropped, told);
        Assert.Equal(Offered, Numbers(collector).Count() + dropped);
        Assert.Contains(_notices, notice => notice.Severity == Severity.Error && notice.Text.Contains("spool takes no more"));
    }

    [Fact]
    public async Task Run_BatchRefusedForGood_IsCountedAndDoesNotHoldUpTheRest()
    {
        await using var collector = await ListeningCollector.StartAsync();
        var first = true;
        collector.Next = () =>
        {
            var now = first ? Behaviour.Refuse : Behaviour.Answer;
            first = false;
            return now;
        };
        var line = Start(collector.Url);
        line.Outbox.Add(Event(1));
        line.Outbox.Close();
        line.Outbox.Add(Event(2));
        line.Outbox.Close();
        await Patience.UntilAsync(() => line.Spool.Batches == 0, "an empty spool");

        Assert.Equal([2], Numbers(collector));
        Assert.Equal((1L, 1L), (line.Counters.Refused, line.Counters.Sent));
        Assert.Contains(_notices, notice => notice.Text.Contains("HTTP 400: Invalid: no event here"));
    }

    [Fact]
    public async Task Run_SomebodyElseAnswers_KeepsEveryEventForTheCollector()
    {
        const int Offered = 149;
        await using var collector = await ListeningCollector.StartAsync();
        collector.Next = () => Behaviour.Page;
        var line = Start(collector.Url);
        for (var i = 0; i < Offered; i++)
        {
            line.Outbox.Add(Event(i));
        }

        line.Outbox.Close();
        await Patience.UntilAsync(() => line.Counters.Failures >= 30, "more attempts than a failing batch gets", () => _clock.Advance(TimeSpan.FromSeconds(10)));

        Assert.Equal((1, 0L, 0L), (line.Spool.Batches, line.Counters.Sent, line.Counters.Refused));
        lock (_notices)
        {
            var told = Assert.Single(_notices).Text;
            Assert.Contains($"{collector.Url}/api/v1/events", told);
            Assert.Contains("HTTP 200, \"<html><title>Sign in to the guest network", told);
        }

        collector.Next = () => Behaviour.Answer;
        await Patience.UntilAsync(() => line.Spool.Batches == 0, "an empty spool", () => _clock.Advance(TimeSpan.FromSeconds(10)));

        Assert.Equal(Enumerable.Range(0, Offered), Numbers(collector));
        Assert.Equal(Offered, line.Counters.Sent);
    }

    [Fact]
    public async Task Run_SomebodyElseAnswersInAnOutage_IsToldToo()
    {
        await using var collector = await ListeningCollector.StartAsync();
        collector.Next = () => Behaviour.Later;
        var line = Start(collector.Url);
        line.Outbox.Add(Event(1));
        line.Outbox.Close();
        await Patience.UntilAsync(() => line.Counters.Failures >= 2, "attempts in the outage", () => _clock.Advance(TimeSpan.FromSeconds(10)));
        collector.Next = () => Behaviour.Page;
        var before = line.Counters.Failures;
        await Patience.UntilAsync(() => line.Counters.Failures >= before + 3, "attempts at somebody else's", () => _clock.Advance(TimeSpan.FromSeconds(10)));

        lock (_notices)
        {
            Assert.Equal([false, true], _notices.Select(notice => notice.Text.Contains("Check the collector's address")));
        }
    }

    [Fact]
    public async Task Run_BatchThatAlwaysMakesTheCollectorFail_DoesNotHoldUpTheRestForEver()
    {
        await using var collector = await ListeningCollector.StartAsync();
        var fails = 20;
        collector.Next = () => fails-- > 0 ? Behaviour.Fail : Behaviour.Answer;
        var line = Start(collector.Url);
        line.Outbox.Add(Event(1));
        line.Outbox.Close();
        line.Outbox.Add(Event(2));
        line.Outbox.Close();
        await Patience.UntilAsync(() => line.Spool.Batches == 0, "an empty spool", () => _clock.Advance(TimeSpan.FromSeconds(10)));

        Assert.Equal([2], Numbers(collector));
        Assert.Equal((1L, 1L), (line.Counters.Refused, line.Counters.Sent));
        Assert.Contains(_notices, notice => notice.Severity == Severity.Error && notice.Text.Contains("HTTP 500"));
    }

    [Fact]
    public async Task Run_CollectorThatFailsForAWhile_LosesNothing()
    {
        await using var collector = await ListeningCollector.StartAsync();
        var fails = 19;
        collector.Next = () => fails-- > 0 ? Behaviour.Fail : Behaviour.Answer;
        var line = Start(collector.Url);
        line.Outbox.Add(Event(1));
        line.Outbox.Close();
        await Patience.UntilAsync(() => line.Spool.Batches == 0, "an empty spool", () => _clock.Advance(TimeSpan.FromSeconds(10)));

        Assert.Equal([1], Numbers(collector));
        Assert.Equal(0, line.Counters.Refused);
    }

    [Fact]
    public async Task Run_Frames_GoVerbatim()
    {
        await using var collector = await ListeningCollector.StartAsync();
        var line = Start(collector.Url);
        line.Outbox.AddFrame(EvlogVectors.PrintfFromE1000);
        line.Outbox.AddFrame(EvlogVectors.PrintfFromE1000);
        line.Outbox.Close();
        await Patience.UntilAsync(() => line.Spool.Batches == 0, "an empty spool");

        byte[] both = [.. EvlogVectors.PrintfFromE1000, .. EvlogVectors.PrintfFromE1000];
        Assert.Equal(both, Assert.Single(collector.Frames));
        Assert.Equal(2, line.Counters.Sent);
    }

    [Fact]
    public void Next_Pauses_GrowToAMinuteAndAreNeverTheSameForAll()
    {
        var backoff = new Backoff(new Random(1));
        var other = new Backoff(new Random(2));
        var pauses = Enumerable.Range(0, 10).Select(_ => backoff.Next()).ToList();
        var others = Enumerable.Range(0, 10).Select(_ => other.Next()).ToList();

        for (var i = 0; i < pauses.Count; i++)
        {
            var full = Math.Min(Math.Pow(2, i), 60);
            Assert.InRange(pauses[i].TotalSeconds, full / 2, full);
        }

        Assert.NotEqual(pauses, others);
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.5, 1);
        Assert.Equal(TimeSpan.FromSeconds(30), backoff.Next(TimeSpan.FromSeconds(30)));
        Assert.Equal(TimeSpan.FromMinutes(10), backoff.Next(TimeSpan.FromDays(30)));
    }
}
