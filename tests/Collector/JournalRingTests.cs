using Mayday.Collector.Journal;
using Mayday.Linux.Memory;

namespace Mayday.Collector.Tests;

public sealed class JournalRingTests
{
    private const int Capacity = 4096;

    private static JournalRing Ring(FixedMemory memory) => new(memory.Part(64, Capacity), memory, 0, 8);

    [Fact]
    public void EntriesOfAnySize_OverManyLaps_AreReadBackByWhoeverOpensTheRing()
    {
        var random = new Random(11);
        var memory = FixedMemory.Allocate(64 + Capacity);
        var ring = Ring(memory);
        var expected = new Queue<(long Sequence, byte[] Payload)>();
        for (var i = 0; i < 20_000; i++)
        {
            var payload = new byte[random.Next(300)];
            random.NextBytes(payload);
            while (!ring.HasRoom(payload.Length))
            {
                Assert.True(ring.TryFindOldest(out var oldest));
                Assert.Equal(expected.Dequeue().Sequence, ring.At(oldest).Sequence);
                ring.DropOldest();
            }

            ring.Append(new JournalEntry { Kind = EntryKind.Line, Sequence = i }, payload);
            expected.Enqueue((i, payload));
            if (i % 97 == 0)
            {
                var opened = Ring(memory);
                var positions = new List<long>();
                Assert.True(opened.TryWalk(positions));
                Assert.Equal(expected.Select(entry => entry.Sequence), positions.Select(position => opened.At(position).Sequence));
                Assert.All(positions.Zip(expected), pair => Assert.Equal(pair.Second.Payload, opened.PayloadAt(pair.First).ToArray()));
            }
        }
    }

    [Fact]
    public void Chunks_OverManyLaps_GiveWayOldestFirstAndOnlyAsMuchAsNeeded()
    {
        const int Large = 300_000;
        const int Chunk = 64 << 10;
        var random = new Random(12);
        var memory = FixedMemory.Allocate(64 + Large);
        JournalRing Open() => new(memory.Part(64, Large), memory, 0, 8);
        var ring = Open();
        var first = 0L;
        for (var i = 0L; i < 50_000; i++)
        {
            // Longer than a chunk now and then: none begins in the next one.
            var length = random.Next(1_000) == 0 ? random.Next(2 * Chunk) : random.Next(300);
            while (!ring.HasRoom(length))
            {
                var used = ring.Used;
                Assert.True(ring.TryDropChunk());
                Assert.InRange(used - ring.Used, 1, 4 * Chunk);
            }

            ring.Append(new JournalEntry { Kind = EntryKind.Line, Sequence = i }, new byte[length]);
            if (i % 499 == 0)
            {
                var opened = Open();
                var positions = new List<long>();
                Assert.True(opened.TryWalk(positions));
                var sequences = positions.Select(position => opened.At(position).Sequence).ToArray();
                Assert.Equal(Enumerable.Range(0, sequences.Length).Select(back => i - sequences.Length + 1 + back), sequences);
                Assert.True(sequences[0] >= first);
                first = sequences[0];

                // Whoever goes on knows no chunks of what was there before.
                ring = random.Next(10) == 0 ? opened : ring;
            }
        }

        Assert.True(first > 0);
        while (ring.TryDropChunk())
        {
        }

        Assert.Equal(0, ring.Used);
    }

    [Fact]
    public void EmptyRing_BeginsAgainAtItsStart()
    {
        var memory = FixedMemory.Allocate(64 + Capacity);
        var ring = Ring(memory);
        ring.Append(new JournalEntry { Kind = EntryKind.Line }, new byte[500]);
        Assert.True(ring.TryFindOldest(out _));
        ring.DropOldest();
        ring.Rewind();
        Assert.Equal(0, ring.Head % Capacity);
        Assert.False(ring.TryFindOldest(out _));
        ring.Append(new JournalEntry { Kind = EntryKind.Line, Sequence = 7 }, new byte[5]);
        Assert.True(Ring(memory).TryFindOldest(out var oldest));
        Assert.Equal(7, ring.At(oldest).Sequence);
    }

    [Fact]
    public void AnyDamagedByteOfAHead_NeverThrows()
    {
        var random = new Random(5);
        for (var round = 0; round < 5_000; round++)
        {
            var memory = FixedMemory.Allocate(64 + Capacity);
            var ring = Ring(memory);
            for (var i = 0; i < 20; i++)
            {
                ring.Append(new JournalEntry { Kind = EntryKind.Line, Sequence = i }, new byte[random.Next(100)]);
            }

            var at = random.Next(2) == 0 ? random.Next(16) : 64 + random.Next(2_000);
            memory.Span(at, 1)[0] ^= (byte)random.Next(1, 256);
            var positions = new List<long>();
            var opened = Ring(memory);
            if (opened.TryWalk(positions))
            {
                Assert.All(positions, position => Assert.True(opened.PayloadAt(position).Length >= 0));
            }
        }
    }

    [Fact]
    public void Memory_OutsideItsBounds_IsRefused()
    {
        var memory = FixedMemory.Allocate(100);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Span(99, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Span(-1, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Part(50, 51));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Part(50, 10).Span(10, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.WriteWord(93, 1));
    }
}
