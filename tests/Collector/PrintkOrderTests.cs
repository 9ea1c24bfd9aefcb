using FsCheck;
using FsCheck.Fluent;
using Mayday.Collector.Reassembly.Netconsole;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Tests;

/// <summary>Lines of basic netconsole that the network brought late stand where they were printed; what the kernel printed out of order stays as it came.</summary>
public sealed class PrintkOrderTests
{
    private static BasicPiece Line(int number, long time, long arrival) => new(number, 1, arrival, time, IsWhole: true);

    private static int[] Order(params BasicPiece[] pieces)
    {
        var list = pieces.ToList();
        PrintkOrder.Restore(list);
        return [.. list.Select(piece => piece.Start)];
    }

    // A run of lines with times, some of them equal, some without one or unfinished, each a little after the last.
    private static List<BasicPiece> InOrder(Random random)
    {
        var pieces = new List<BasicPiece>();
        var (time, arrival) = (random.NextInt64(1L << 40), random.NextInt64(1L << 40));
        for (var i = random.Next(60); i > 0; i--)
        {
            time += random.Next(4) == 0 ? 0 : random.Next(5_000);
            arrival += random.Next(5_000);
            pieces.Add(new BasicPiece(pieces.Count, 1, arrival, random.Next(10) == 0 ? null : time, random.Next(20) != 0));
        }

        return pieces;
    }

    private static void ForAnySeed(Action<Random> holds) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed => holds(new Random(seed))));

    [Fact]
    public void Lines_InTheOrderOfTheirTimes_StayAsTheyCame() => ForAnySeed(random =>
    {
        var pieces = InOrder(random);
        BasicPiece[] before = [.. pieces];

        Assert.Equal(0, PrintkOrder.Restore(pieces));
        Assert.Equal(before, pieces);
    });

    [Fact]
    public void Lines_InAnyOrder_AreAllKept_AndOnlyAnEarlierOneGoesAhead() => ForAnySeed(random =>
    {
        var pieces = InOrder(random);
        for (var i = random.Next(20); i > 0 && pieces.Count > 0; i--)
        {
            var at = random.Next(pieces.Count);
            pieces[at] = pieces[at] with { Time = pieces[at].Time - random.Next(20_000) };
        }

        BasicPiece[] before = [.. pieces.Select((piece, i) => piece with { Start = i })];
        var after = before.ToList();
        PrintkOrder.Restore(after);

        Assert.Equal(before, after.OrderBy(piece => piece.Start));
        for (var i = 0; i < after.Count; i++)
        {
            for (var j = i + 1; j < after.Count; j++)
            {
                // j went ahead of i's place only where i is earlier by its time; lines of one time, or of none, keep the order of arrival.
                Assert.True(after[i].Start < after[j].Start || after[i].Time < after[j].Time);
            }
        }
    });

    [Fact]
    public void LineThatTheNetworkBroughtLate_StandsWhereItWasPrinted() => ForAnySeed(random =>
    {
        var count = random.Next(4, 60);
        var printed = Enumerable.Range(0, count).Select(i => Line(i, 1_000_000 + i * 100, 0)).ToList();
        var came = printed.ToList();
        var from = random.Next(1, count - 2);
        var to = Math.Min(from + random.Next(1, PrintkOrder.MostPlaces + 1), count - 2);
        came.RemoveAt(from);
        came.Insert(to, printed[from]);
        came = [.. came.Select((piece, i) => piece with { Arrival = i * 1_000 })];

        Assert.Equal(to == from ? 0 : 1, PrintkOrder.Restore(came));
        Assert.Equal(Enumerable.Range(0, count), came.Select(piece => piece.Start));
    });

    [Fact]
    public void LineOfATimeThatOthersHave_GoesBehindThem() =>
        Assert.Equal([0, 1, 4, 2, 3, 5], Order(Line(0, 10, 0), Line(1, 20, 1), Line(2, 30, 2), Line(3, 40, 3), Line(4, 20, 4), Line(5, 50, 5)));

    [Fact]
    public void RunOfLinesThatAreTooEarly_IsTheKernels_AndStays() =>
        Assert.Equal([0, 1, 2, 3, 4], Order(Line(0, 10, 0), Line(1, 40, 1), Line(2, 20, 2), Line(3, 20, 3), Line(4, 50, 4)));

    [Theory]
    [InlineData(PrintkOrder.MostPlaces, 1_000, 1_000, true)]
    [InlineData(PrintkOrder.MostPlaces + 1, 1_000, 1_000, false)]
    [InlineData(2, PrintkOrder.MostLate, 1_000, true)]
    [InlineData(2, PrintkOrder.MostLate + 1, 1_000, false)]
    [InlineData(2, 1_000, PrintkOrder.MostLate, true)]
    [InlineData(2, 1_000, PrintkOrder.MostLate + 1, false)]
    public void LateLine_IsMovedWithinTheBounds(int places, long late, long early, bool isMoved)
    {
        var pieces = new List<BasicPiece> { Line(0, 0, 0) };
        pieces.AddRange(Enumerable.Range(1, places).Select(i => Line(i, 100_000 + early, 100_000)));
        pieces.Add(Line(places + 1, 100_000, 100_000 + late));
        pieces.Add(Line(places + 2, 200_000, 200_000));

        Assert.Equal(isMoved ? 1 : 0, PrintkOrder.Restore(pieces));
        Assert.Equal(isMoved ? 1 : places + 1, pieces.FindIndex(piece => piece.Start == places + 1));
    }

    [Fact]
    public void LateLine_DoesNotTearLinesFromWhatTheyBelongTo()
    {
        // An unfinished line and what goes on with it, and lines without a time: nobody can say where they belong.
        Assert.Equal([0, 1, 2, 3], Order(Line(0, 10, 0), Line(1, 30, 1) with { IsWhole = false }, Line(2, 20, 2), Line(3, 40, 3)));
        Assert.Equal([0, 1, 2, 3, 4], Order(Line(0, 10, 0), Line(1, 30, 1), Line(2, 0, 2) with { Time = null }, Line(3, 20, 3), Line(4, 40, 4)));
        Assert.Equal([0, 1, 2, 3], Order(Line(0, 10, 0) with { IsWhole = false }, Line(1, 30, 1), Line(2, 20, 2), Line(3, 40, 3)));
        Assert.Equal([0, 1, 2, 3], Order(Line(0, 10, 0), Line(1, 30, 1), Line(2, 20, 2), Line(3, 0, 3) with { Time = null }));
    }

    [Theory]
    [InlineData("null_read")]
    [InlineData("gpf")]
    [InlineData("list_del")]
    [InlineData("double_free_dbg")]
    [InlineData("warn")]
    [InlineData("panic")]
    public void RealReport_OfWhichTheNetworkDelayedLines_IsReadAsIfItHadNot(string kind)
    {
        var capture = Capture.Read(kind + ".basic");
        var printed = Assert.Single(new Intake().Replay(capture).Pass(120_000).Dumps);
        Assert.DoesNotContain(printed.Completeness.Notes, IsOfLateLines);
        var moved = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var came = Assert.Single(new Intake().Replay(Delay(capture, new Random(seed))).Pass(120_000).Dumps);

            Assert.Equal(Describe(printed), Describe(came));
            moved += came.Completeness.Notes.Count(IsOfLateLines);
        }

        Assert.True(moved > 10, $"lines were put in order in {moved} of 20");
    }

    [Fact]
    public void RealLogs_ThatCameInTheirOrder_StayAsTheyCame()
    {
        // Two processors that print at once are the exception: there a line stands among those of the other one either way.
        foreach (var kind in Capture.Truths.Select(truth => truth.Kind).Where(kind => kind != "race_smp" && Capture.Exists(kind + ".basic")))
        {
            Assert.DoesNotContain(new Intake().Replay(Capture.Read(kind + ".basic")).Pass(120_000).Dumps.SelectMany(dump => dump.Completeness.Notes), IsOfLateLines);
        }
    }

    [Fact]
    public void BacktraceOfAProcessorWhoseClockStood_StaysBehindTheLineThatAskedForIt()
    {
        // Its 39 lines say 10.189205, the report's first line 10.201176.
        var log = Assert.Single(new Intake().Replay(Capture.Read("rcu_stall_irqoff.basic")).Pass(120_000).Dumps).Log.Text();

        Assert.True(log.IndexOf("10.201176] rcu: INFO:", StringComparison.Ordinal) < log.IndexOf("10.189205] NMI backtrace for cpu 1", StringComparison.Ordinal));
        Assert.Contains("10.203397] Sending NMI from CPU 0 to CPUs 1:\n[   10.189205] NMI backtrace for cpu 1\n", log, StringComparison.Ordinal);
    }

    private static bool IsOfLateLines(string note) => note.StartsWith("lines that came late", StringComparison.Ordinal);

    private static string Describe(FinishedDump dump) =>
        string.Join('\n', dump.Crashes.Select(crash => $"{crash.Title} {crash.SignatureHash} {string.Join(' ', crash.Frames.Select(frame => frame.Function))}"));

    // One datagram in fifty comes behind up to four that were sent after it, within five milliseconds.
    private static IEnumerable<CapturedDatagram> Delay(IReadOnlyList<CapturedDatagram> capture, Random random)
    {
        var datagrams = capture.Select(datagram => datagram.Bytes).ToList();
        for (var i = 0; i < datagrams.Count; i++)
        {
            if (random.Next(50) == 0)
            {
                var to = i;
                while (to - i < 4 && to + 1 < datagrams.Count && capture[to + 1].Arrival - capture[i].Arrival < 5_000 && (to == i || random.Next(2) == 0))
                {
                    to++;
                }

                var late = datagrams[i];
                datagrams.RemoveAt(i);
                datagrams.Insert(to, late);
                i = to;
            }
        }

        return capture.Select((datagram, i) => datagram with { Bytes = datagrams[i] });
    }
}
