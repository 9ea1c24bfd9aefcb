using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Reassembly.Netconsole;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Tests;

public sealed class LineRingTests
{
    [Fact]
    public void Ring_OfAnyUse_HoldsTheNewestInOrderWithinItsBounds() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed =>
        {
            var random = new Random(seed);
            var maxLines = random.Next(1, 60);
            var maxBytes = random.Next(4 << 10, 20 << 10);
            var memory = new LineBlocks();
            var ring = new LineRing(maxLines, maxBytes, memory);
            var all = new List<byte[]>();
            for (var i = random.Next(0, 400); i > 0; i--)
            {
                var datagram = new byte[random.Next(1, random.Next(2, random.Next(0, 8) == 0 ? 9_000 : 1_500))];
                random.NextBytes(datagram);
                var fits = DatagramLog.HeaderLength + datagram.Length <= maxBytes / LineBlocks.BlockBytes * (LineBlocks.BlockBytes - LineBlockHead.Size);
                all.AddRange(fits ? [datagram] : []);
                ring.Add(datagram, new Moment(0, i));
                Assert.Equal(ring.Capacity, memory.InUse);
                Assert.InRange(ring.Capacity, 0, maxBytes);
                Assert.InRange(ring.Count, Math.Min(1, all.Count), maxLines);
            }

            var count = ring.Count;
            var kept = Drain(ring);
            Assert.Equal(count, kept.Count);
            Assert.Equal(all.TakeLast(count).Select(Convert.ToHexString), kept.Select(Convert.ToHexString));

            // Nothing is dropped while there is room for it, but for the block that the oldest lie in, and what began in it.
            Assert.True(count == all.Count || count == maxLines || all.TakeLast(count + 1).Sum(one => one.Length + DatagramLog.HeaderLength) > maxBytes - 4 * LineBlocks.BlockBytes);
            Assert.Equal(0, ring.Count);
            Assert.Equal(0, memory.InUse);
        }));

    [Theory]
    [InlineData(2_040)]
    [InlineData(2_041)]
    [InlineData(4_080)]
    [InlineData(9_000)]
    public void Ring_OfDatagramsLongerThanABlock_HoldsThem(int length)
    {
        var memory = new LineBlocks();
        var ring = new LineRing(10, 64 << 10, memory);
        for (var i = 0; i < 40; i++)
        {
            ring.Add(Enumerable.Repeat((byte)i, i % 3 == 0 ? length - DatagramLog.HeaderLength : 100 + i).ToArray(), new Moment(0, i));
        }

        Assert.InRange(ring.Capacity, length, 64 << 10);
        Assert.Equal(Enumerable.Range(40 - ring.Count, ring.Count).Select(i => (byte)i), Drain(ring).Select(datagram => datagram[0]));
        Assert.Equal(0, memory.InUse);
    }

    [Fact]
    public void Ring_OfFewBytes_LeavesOutWhatDoesNotFit()
    {
        var memory = new LineBlocks();
        var ring = new LineRing(10, 4 << 10, memory);
        ring.Add(new byte[5_000], default);
        Assert.Equal(0, ring.Capacity);
        ring.Add(new byte[3_000], default);
        ring.Add(new byte[3_000], default);
        Assert.Equal(1, ring.Count);
        Assert.Equal(4 << 10, ring.Capacity);
    }

    [Fact]
    public void Rings_OfOneMemory_KeepEachItsOwn()
    {
        var memory = new LineBlocks();
        var rings = Enumerable.Range(0, 700).Select(_ => new LineRing(50, 16 << 10, memory)).ToArray();
        for (var line = 0; line < 40; line++)
        {
            for (var sender = 0; sender < rings.Length; sender++)
            {
                rings[sender].Add(Encoding.ASCII.GetBytes($"{sender} says {line} {new string('.', sender % 100)}"), new Moment(0, line));
            }
        }

        for (var sender = 0; sender < rings.Length; sender += 2)
        {
            rings[sender].Clear();
        }

        for (var sender = 1; sender < rings.Length; sender += 2)
        {
            Assert.Equal(
                Enumerable.Range(0, 40).Select(line => $"{sender} says {line} {new string('.', sender % 100)}"), Drain(rings[sender]).Select(Encoding.ASCII.GetString));
        }

        Assert.Equal(0, memory.InUse);
    }

    private static List<byte[]> Drain(LineRing ring)
    {
        var window = new CrashWindow(new BasicStream(SourceEndPoint.From(new IPEndPoint(IPAddress.Loopback, 1))), default, isContinuation: false);
        ring.MoveTo(window);
        var container = window.Container.Span;
        var kept = new List<byte[]>();
        while (DatagramLog.TryRead(ref container, out _, out var datagram))
        {
            kept.Add(datagram.ToArray());
        }

        Assert.True(container.IsEmpty);
        window.Release();
        return kept;
    }
}
