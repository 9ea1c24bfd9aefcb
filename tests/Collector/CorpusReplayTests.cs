using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Tests;

/// <summary>Real kernels' last words through intake, windows and analysis: exactly the crashes that happened.</summary>
public sealed class CorpusReplayTests
{
    public static TheoryData<string, string> Captures()
    {
        var data = new TheoryData<string, string>();
        foreach (var truth in Capture.Truths)
        {
            foreach (var way in new[] { "basic", "ext" })
            {
                if (Capture.Exists($"{truth.Kind}.{way}"))
                {
                    data.Add(truth.Kind, way);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Capture_ReplayedInItsOwnTime_YieldsTheCrashesOfItsTruth(string kind, string way)
    {
        var truth = Capture.Truths.Single(one => one.Kind == kind);
        var intake = new Intake().Replay(Capture.Read($"{kind}.{way}")).Pass(120_000);
        var crashes = intake.Dumps.SelectMany(dump => dump.Crashes).ToArray();

        if (!truth.IsCrash)
        {
            // User space may write what it likes into /dev/kmsg, and the basic format does not say who wrote.
            if ((kind, way) != ("decoy_kmsg", "basic"))
            {
                Assert.DoesNotContain(crashes, crash => crash.Kind != CrashKind.OutOfMemory);
            }

            return;
        }

        // The number the analyser finds in the whole capture at once: windows must neither lose nor double any.
        Assert.Equal(Describe(WholeLog(kind, way)), Describe(crashes));
        Assert.NotEmpty(crashes);
        Assert.Equal(way == "ext" ? Transport.Netconsole : Transport.NetconsoleBasic, intake.Dumps[0].Transport);
        Assert.All(intake.Dumps, dump => Assert.Equal(way == "ext" ? true : null, dump.Completeness.Complete));
    }

    private static IReadOnlyList<CrashReport> WholeLog(string kind, string way)
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.RingLines = 10_000;
            options.Netconsole.RingBytes = 4 << 20;
            options.Netconsole.WindowQuiet = TimeSpan.FromHours(1);
            options.Netconsole.EndGrace = TimeSpan.FromHours(1);
            options.Netconsole.WindowMaxAge = TimeSpan.FromHours(2);
            options.Netconsole.RestartSilence = TimeSpan.FromHours(2);
        }).Replay(Capture.Read($"{kind}.{way}")).Flush();
        return Assert.Single(intake.Dumps).Crashes;
    }

    private static string Describe(IEnumerable<CrashReport> crashes) =>
        string.Join('\n', crashes.Select(crash => $"{crash.Kind} {crash.Title} fatal={crash.Fatal} panic={crash.Panic}"));

    [Theory]
    [InlineData("two_oopses_then_panic.ext", 3)]
    [InlineData("two_oopses_then_panic.basic", 3)]
    [InlineData("unloaded_timer_hang.ext", 1)]
    [InlineData("warn_storm.ext", 200)]
    [InlineData("warn_storm.basic", 200)]
    public void Scene_Replayed_YieldsEachCrashOnce(string scene, int crashes)
    {
        var intake = new Intake().Replay(Capture.Read(scene)).Pass(120_000);

        Assert.Equal(crashes, intake.Dumps.Sum(dump => dump.Crashes.Count));
    }

    [Theory]
    [InlineData("warn_storm.ext")]
    [InlineData("warn_storm.basic")]
    public void Storm_OverManyFullWindows_LosesAndDoublesNone(string scene)
    {
        var intake = new Intake(options =>
        {
            options.Netconsole.WindowMaxBytes = 64 << 10;
            options.Netconsole.WindowBytes = 1 << 20;
        }).Replay(Capture.Read(scene)).Pass(120_000);

        Assert.True(intake.Dumps.Count > 5, $"{intake.Dumps.Count} dumps");
        Assert.Equal(200, intake.Dumps.Sum(dump => dump.Crashes.Count));
        Assert.DoesNotContain(intake.Dumps.SelectMany(dump => dump.Crashes), crash => crash.Corrupted);
    }

    [Fact]
    public void StormOnTwoCpus_OfWhichTheSenderLostRecords_SaysSo()
    {
        var extended = new Intake().Replay(Capture.Read("warn_storm_two_cpus.ext")).Pass(120_000);
        var basic = new Intake().Replay(Capture.Read("warn_storm_two_cpus.basic")).Pass(120_000);

        // Debug records came, so the console level holds nothing back and the holes are losses.
        Assert.Contains(extended.Dumps, dump => dump.Completeness is { Complete: false, Missing: > 0 } && Encoding.UTF8.GetString(dump.Log.Span).Contains(GapMark.Prefix));
        Assert.Contains(basic.Dumps.SelectMany(dump => dump.Completeness.Notes), note => note.StartsWith("the sender dropped "));
    }

    [Theory]
    [InlineData("null_read.ext")]
    [InlineData("null_read.basic")]
    public void Capture_KeptRaw_IsTheDatagramsAsReceived(string name)
    {
        var capture = Capture.Read(name);
        var dump = Assert.Single(new Intake().Replay(capture).Pass(60_000).Dumps);

        var container = dump.Datagrams.Span;
        var kept = new List<byte[]>();
        while (DatagramLog.TryRead(ref container, out _, out var datagram))
        {
            kept.Add(datagram.ToArray());
        }

        var from = capture.Select(one => one.Bytes).Index().First(one => one.Item.AsSpan().SequenceEqual(kept[0])).Index;
        Assert.Equal(capture.Skip(from).Take(kept.Count).Select(one => Convert.ToHexString(one.Bytes)), kept.Select(Convert.ToHexString));
        Assert.True(container.IsEmpty);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ExtendedCapture_ShuffledWithCopies_YieldsTheSameLog(int seed)
    {
        var capture = Capture.Read("many_modules.ext");
        var straight = Assert.Single(new Intake().Replay(capture).Pass(60_000).Dumps);

        // Each datagram is late by up to a dozen places, every tenth comes twice: what networks do.
        var random = new Random(seed);
        var shuffled = capture.SelectMany(one => random.Next(10) == 0 ? [one, one] : new[] { one })
            .Index().OrderBy(one => one.Index + random.Next(12)).Select(one => one.Item with { Arrival = capture[0].Arrival + one.Index * 500 });
        var intake = new Intake().Replay(shuffled).Pass(60_000);

        var dump = Assert.Single(intake.Dumps);
        Assert.Equal(Describe(straight.Crashes), Describe(dump.Crashes));
        var crash = straight.Crashes[0];
        Assert.Contains(Encoding.UTF8.GetString(straight.Log.Span[crash.Start..crash.End]), Encoding.UTF8.GetString(dump.Log.Span));
        Assert.Equal(0, intake.Shard.StreamRestarts);
        Assert.True(intake.Shard.DuplicateRecords > 0);
    }
}
