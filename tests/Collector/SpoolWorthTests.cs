using System.Globalization;
using System.Text;
using Mayday.Collector.Analysing;
using Mayday.Collector.Storing.Dumps;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>What goes first when there is no room, and what is counted of it.</summary>
public sealed class SpoolWorthTests : IDisposable
{
    private const int Small = 64 << 10;

    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-spool-").FullName;
    private readonly CollectorCounters _counters = new();
    private readonly TestClock _time = new();
    private readonly DumpAnalyst _analyst;

    public SpoolWorthTests() => _analyst = new DumpAnalyst("test", _counters, NullLogger.Instance);

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _counters.Dispose();
    }

    private DumpSpool Open(long maxBytes) =>
        DumpSpool.Open(new SpoolOptions { Directory = _directory, MaxBytes = maxBytes, SegmentBytes = Small }, _counters, NullLogger.Instance, _time);

    private static FinishedDump Chatter(int number) => DumpSpoolTests.Dump(number, 4_000);

    /// <summary>An oops in a function of that name.</summary>
    private FinishedDump Crash(int number, string function)
    {
        var log = Netoops.Oops.Replace("tcp_ack", function, StringComparison.Ordinal) + new string('x', 4_000) + "\n";
        var dump = _analyst.Analyse(DumpSpoolTests.Dump(number) with { Log = Encoding.ASCII.GetBytes(log) });
        Assert.NotEmpty(dump.Crashes);
        return dump;
    }

    private FinishedDump NewBug(int number) => Crash(number, string.Create(CultureInfo.InvariantCulture, $"fn_{(char)('a' + number % 26)}{(char)('a' + number / 26 % 26)}_x"));

    private static List<int> ReplayAll(DumpSpool spool, int batch = 7)
    {
        var numbers = new List<int>();
        while (spool.Peek(batch, 1 << 20) is { } replay)
        {
            numbers.AddRange(replay.Dumps.Select(dump => dump.DumpNumber!.Value));
            replay.Accept();
        }

        return numbers;
    }

    private long Dropped(string worth) => _counters.Snapshot().Where(counter => counter.Name == "spool.dropped" && counter.Tags == "worth=" + worth).Sum(counter => counter.Value);

    [Fact]
    public void FullSpool_ShedsChatterThenRepeatsThenNews_AndCountsEachAsWhatItWas()
    {
        using var spool = Open(6 * Small);
        var known = Crash(0, "known_fn");
        spool.Stored([known]);
        var number = 1;

        // Chatter fills it, and what comes behind it is dropped.
        Fill("chatter", () => Chatter(number++));
        Assert.Equal((0, 0), (Dropped("repeat"), Dropped("newBug")));

        // Repeats push it out, all of it, before one of them goes.
        Fill("repeat", () => Crash(number++, "known_fn"));
        Assert.Equal(0, Dropped("newBug"));
        var chatter = Dropped("chatter");

        // News push the repeats out.
        Fill("newBug", () => NewBug(number++));
        Assert.Equal(chatter, Dropped("chatter"));
        Assert.True(Dropped("repeat") > 50);

        var kept = ReplayAll(spool);
        Assert.Equal(kept.Order(), kept);
        Assert.Equal(number - 1, kept.Count + Dropped("chatter") + Dropped("repeat") + Dropped("newBug"));
        Assert.Equal(0, spool.Bytes);

        // Room again: it takes chatter again.
        spool.Append([Chatter(9_999)]);
        Assert.Equal([9_999], ReplayAll(spool));

        void Fill(string worth, Func<FinishedDump> make)
        {
            for (var i = 0; i < 400 && Dropped(worth) == 0; i++)
            {
                spool.Append([make()]);
                Assert.InRange(spool.Bytes, 0, 6 * Small);
            }

            Assert.True(Dropped(worth) > 0);
        }
    }

    [Fact]
    public void Lanes_AreReadBackInTheOrderOfArrival_OverANewStartToo()
    {
        var dumps = Enumerable.Range(0, 200).Select(i => (i % 5) switch { 0 => NewBug(i), 1 or 2 => Crash(i, "known_fn"), _ => Chatter(i) }).ToArray();
        using (var first = Open(64 << 20))
        {
            foreach (var batch in dumps[..120].Chunk(11))
            {
                first.Append(batch);
            }
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        using var second = Open(64 << 20);
        second.Append(dumps[120..]);

        Assert.Equal(Enumerable.Range(0, 200), ReplayAll(second));
        Assert.Empty(Directory.GetFiles(_directory, "*.spool"));
    }

    [Fact]
    public void RepeatOfWhatIsInTheSpool_IsARepeat()
    {
        var known = new KnownSignatures();

        Assert.Equal(DumpWorth.NewBug, known.Judge(Crash(1, "fresh_fn")));
        Assert.Equal(DumpWorth.Repeat, known.Judge(Crash(2, "fresh_fn")));
        Assert.Equal(DumpWorth.Chatter, known.Judge(Chatter(3)));
        Assert.Equal(DumpWorth.NewBug, known.Judge(Chatter(4) with { AnalysisFailure = "broken" }));
    }

    [Fact]
    public void DumpsOlderThanMaxAge_AreDroppedAndCounted_TheOthersStay()
    {
        using var spool = Open(64 << 20);
        spool.Append([.. Enumerable.Range(0, 40).Select(Chatter)]);
        _time.Advance(TimeSpan.FromDays(5));
        spool.Append([.. Enumerable.Range(40, 20).Select(NewBug)]);
        _time.Advance(TimeSpan.FromDays(3));

        var kept = ReplayAll(spool);

        Assert.Equal(Enumerable.Range(40, 20), kept);
        Assert.Equal(40, _counters.Snapshot().Single(counter => counter.Name == "spool.expired").Value);
        Assert.Equal(0, spool.Count);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    public void WrongTimeOfDay_DropsNothing(int days)
    {
        using (var first = Open(64 << 20))
        {
            first.Append([Chatter(0)]);
            _time.AdjustTime(_time.GetUtcNow().AddDays(days));
            first.Append([Chatter(1)]);
        }

        using var second = Open(64 << 20);

        // In order of the clock: a clock that went back changes the order, never the number.
        Assert.Equal([0, 1], ReplayAll(second).Order());
        Assert.Equal(0, _counters.Snapshot().Single(counter => counter.Name == "spool.expired").Value);
    }

    [Fact]
    public void FullDisk_ShedsTheLeastValuable_AndRecoversByItself()
    {
        Assert.SkipUnless(SmallDisk.TryMount(2 << 20, out var disk, out var why), why);
        using (disk)
        {
            var options = new SpoolOptions { Directory = Path.Combine(disk!.Folder, "spool"), MaxBytes = 1L << 30, SegmentBytes = Small };
            using var spool = DumpSpool.Open(options, _counters, NullLogger.Instance, _time);
            var number = 0;
            for (var i = 0; i < 1_000 && Dropped("chatter") == 0; i++)
            {
                spool.Append([Chatter(number++)]);
            }

            var before = Dropped("chatter");
            Assert.True(before > 0);
            spool.Append([.. Enumerable.Range(0, 30).Select(_ => NewBug(number++))]);

            // A segment of chatter made room; no news was lost.
            Assert.True(Dropped("chatter") > before);
            Assert.Equal(0, Dropped("newBug"));
            var kept = ReplayAll(spool);
            Assert.Equal(kept.Order(), kept);
            Assert.Equal(30, kept.Count(one => one >= number - 30));
            Assert.Equal(number, kept.Count + Dropped("chatter"));

            spool.Append([Chatter(number)]);
            Assert.Equal([number], ReplayAll(spool));
        }
    }
}
