using FsCheck;
using FsCheck.Fluent;
using Mayday.Collector.Reassembly.Netconsole;

namespace Mayday.Collector.Tests;

public sealed class SequenceWindowTests
{
    [Fact]
    public void Numbers_LostReorderedAndTwice_AreCountedExactly() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed =>
        {
            var random = new Random(seed);
            var first = random.Next(1_000_000);
            var sent = Enumerable.Range(first, random.Next(1, 4_000)).Where(_ => random.Next(100) >= 5).SelectMany(number => random.Next(100) < 5 ? [number, number] : new[] { number })
                .Index().OrderBy(one => one.Index + random.Next(100)).Select(one => (ulong)one.Item).ToArray();
            var window = default(SequenceWindow);
            var counts = new long[Enum.GetValues<SequenceVerdict>().Length];
            foreach (var number in sent)
            {
                counts[(int)window.Note(number)]++;
            }

            var distinct = sent.Distinct().Count();
            if (sent.Length > 0)
            {
                Assert.Equal((sent.Min(), sent.Max()), (window.First, window.Highest));
                Assert.Equal((long)(sent.Max() - sent.Min()) + 1 - distinct, (long)window.Missing);
            }

            Assert.Equal(sent.Length - distinct, counts[(int)SequenceVerdict.Duplicate]);
            Assert.Equal(distinct, counts[(int)SequenceVerdict.New] + counts[(int)SequenceVerdict.Late]);
        }));

    [Fact]
    public void Number_FarBehind_IsNoCopy()
    {
        var window = default(SequenceWindow);
        window.Note(10_000);

        Assert.Equal(SequenceVerdict.Behind, window.Note(10_000 - SequenceWindow.Span));
        Assert.Equal(SequenceVerdict.Late, window.Note(10_000 - SequenceWindow.Span + 1));
    }

    [Fact]
    public void MessageIds_WrapWithoutLoss()
    {
        var count = new MessageIdCount();

        Assert.Equal(0, count.Note(uint.MaxValue - 1));
        Assert.Equal(2, count.Note(1));
        Assert.Equal(-1, count.Note(uint.MaxValue));
        Assert.Equal(0, count.Note(5_000_000));
    }
}
