using FsCheck;
using FsCheck.Fluent;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Tests;

/// <summary>Whatever the network does to three rounds: complete exactly when each packet arrived, never two dumps, what is missing named exactly.</summary>
public sealed class NetoopsPropertyTests
{
    private sealed record Passage(int Older, int Newer, int LossPercent, int Spread, int DuplicatePercent, int Seed);

    private static Arbitrary<Passage> Passages() => Arb.From(
        from older in Gen.Choose(0, 8_000)
        from newer in Gen.Choose(1, 8_000)
        from loss in Gen.Choose(0, 90)
        from spread in Gen.Choose(0, 60)
        from duplicates in Gen.Choose(0, 30)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select new Passage(older, newer, loss, spread, duplicates, seed));

    [Fact]
    public void Rounds_ThroughAnyNetwork_AreOneDumpThatSaysWhatItLacks() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Passages(), passage =>
        {
            var random = new Random(passage.Seed);
            var log = Netoops.Log(passage.Older + passage.Newer);
            var packets = Netoops.Packets(log, older: passage.Older);
            var sent = Enumerable.Range(0, 3).SelectMany(_ => Enumerable.Range(0, packets.Length))
                .SelectMany(number => random.Next(100) < passage.DuplicatePercent ? [number, number] : new[] { number })
                .Index().OrderBy(one => one.Index + random.Next(passage.Spread + 1)).Select(one => one.Item)
                .Where(_ => random.Next(100) >= passage.LossPercent).ToArray();
            var intake = new Intake();
            foreach (var number in sent)
            {
                intake.Take(packets[number]);
            }

            intake.Pass(60_000);

            var missing = Enumerable.Range(0, packets.Length).Except(sent).ToArray();
            if (sent.Length == 0)
            {
                Assert.Empty(intake.Dumps);
                return;
            }

            var dump = Assert.Single(intake.Dumps);
            Assert.Equal(missing.Length == 0, dump.Completeness.Complete);
            Assert.Equal(missing, Expand(dump.Completeness.MissingRanges));
            Assert.Equal(sent.Length, dump.Completeness.Received + intake.Shard.DuplicateFragments + intake.Shard.LateFragments);
            Assert.Equal(0, intake.Shard.ConflictingFragments);
            if (missing.Length == 0)
            {
                Assert.Equal(log, dump.Log.ToArray());
            }

            Assert.Equal((0, 0), (intake.Machine.Netoops.PendingCount, intake.Machine.Netoops.RememberedCount));
            Assert.Equal(0, intake.Machine.Netoops.HeldBytes);
        }));

    [Fact]
    public void TwoDumpsWithEqualPrefix_OfWhichTheNewestPacketsArrive_AreNeverMixed() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll(Passages(), passage =>
        {
            var random = new Random(passage.Seed);
            var length = Math.Max(3_000, passage.Newer);
            byte[] LogOf(char tag) => [.. Netoops.Log(length, new string(tag, 4)), .. System.Text.Encoding.ASCII.GetBytes(new string(tag, 40))];
            var logs = new[] { LogOf('a'), LogOf('b') };
            var intake = new Intake();
            foreach (var packets in logs.Select(log => Netoops.Packets(log)))
            {
                // The newest packet of the first round arrives: without it nothing tells the second dump's packets from those that the first lacks.
                foreach (var packet in Enumerable.Range(0, 3).SelectMany(_ => packets).Where((_, i) => i == 0 || random.Next(100) >= passage.LossPercent / 3))
                {
                    intake.Take(packet);
                }
            }

            intake.Pass(60_000);

            Assert.Equal(2, intake.Dumps.Count);
            Assert.All(intake.Dumps, dump => Assert.True(dump.Completeness.Complete is false || logs.Any(log => dump.Log.Span.SequenceEqual(log))));
        }));

    private static IEnumerable<int> Expand(IEnumerable<MissingRange> ranges) =>
        ranges.SelectMany(range => Enumerable.Range((int)range.First, (int)(range.Last - range.First + 1)));
}
