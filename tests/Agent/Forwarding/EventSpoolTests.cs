using Mayday.Agent.Forwarding;
using Mayday.Agent.Kmsg;

namespace Mayday.Agent.Tests.Forwarding;

public sealed class EventSpoolTests : IDisposable
{
    private static readonly Guid s_boot = Guid.Parse("11111111-2222-3333-4444-555555555555");
    private static readonly Guid s_earlierBoot = Guid.Parse("99999999-2222-3333-4444-555555555555");

    private readonly string _folder = Directory.CreateTempSubdirectory("mayday-agent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private OutgoingSpool Open(long maxBytes = 1 << 20, long fileBytes = 1 << 10) => OutgoingSpool.Open(_folder, s_boot, maxBytes, fileBytes);

    private static OutgoingBatch Batch(int number, int bytes = 100, Guid? boot = null) => new()
    {
        Id = Id(number),
        Kind = BatchKind.Documents,
        Events = number + 1,
        Cursor = new KmsgCursor(boot ?? s_boot, (ulong)number),
        Body = [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 31 + number))],
    };

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static List<Guid> Drain(OutgoingSpool spool)
    {
        var ids = new List<Guid>();
        while (spool.Peek() is { } batch)
        {
            ids.Add(batch.Id);
            spool.Accept();
        }

        return ids;
    }

    [Fact]
    public void Batch_WrittenAndRead_IsTheSame()
    {
        var batch = Batch(5, 10_000);
        var read = SpooledBatch.Read(SpooledBatch.Write(batch))!;

        Assert.Equal((batch.Id, batch.Kind, batch.Events, batch.Cursor), (read.Id, read.Kind, read.Events, read.Cursor));
        Assert.Equal(batch.Body, read.Body);
    }

    [Fact]
    public void Spool_AfterARestart_GoesOnWithTheFirstThatWasNotAccepted()
    {
        using (var spool = Open())
        {
            for (var i = 0; i < 40; i++)
            {
                Assert.True(spool.TryAppend(Batch(i)));
            }

            for (var i = 0; i < 17; i++)
            {
                Assert.Equal(Id(i), spool.Peek()!.Id);
                spool.Accept();
            }

            // Looked at and not accepted: it was not answered.
            Assert.Equal(Id(17), spool.Peek()!.Id);
        }

        using var again = Open();
        Assert.Equal(23, again.Batches);
        Assert.Equal(new KmsgCursor(s_boot, 39), again.Cursor);
        Assert.True(again.TryAppend(Batch(40)));
        Assert.Equal(Enumerable.Range(17, 24).Select(Id), Drain(again));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.spool"));
        Assert.Equal((0L, 0L), (again.Bytes, again.Batches));
    }

    [Fact]
    public void Spool_DrainedAndRestarted_NeverTakesAnOldFileForSent()
    {
        for (var round = 0; round < 5; round++)
        {
            using var spool = Open();
            Assert.Equal(round == 0 ? KmsgCursor.None : new KmsgCursor(s_boot, (ulong)round - 1), spool.Cursor);
            Assert.True(spool.TryAppend(Batch(round)));
            if (round % 2 == 0)
            {
                Assert.Equal(round == 0 ? [Id(0)] : [Id(round - 1), Id(round)], Drain(spool));
            }
        }
    }

    [Fact]
    public void Spool_OfTwoAgents_IsRefusedToTheSecond()
    {
        using var first = Open();
        Assert.Throws<IOException>(() => Open());
    }

    [Fact]
    public void Append_BeyondTheBound_IsRefusedAndTakenAgainLater()
    {
        using var spool = Open(maxBytes: 3_000);
        var taken = Enumerable.Range(0, 50).TakeWhile(i => spool.TryAppend(Batch(i))).Count();
        Assert.InRange(taken, 5, 40);
        Assert.InRange(spool.Bytes, 1, 3_000);

        while (!spool.TryAppend(Batch(99)))
        {
            Assert.NotNull(spool.Peek());
            spool.Accept();
        }

        Assert.Equal(Id(99), Drain(spool)[^1]);
    }

    [Fact]
    public void Append_OnADiskThatRefuses_SaysSo()
    {
        using var spool = Open();
        // A folder in the file's place: what a disk refuses to whoever owns it all.
        Directory.CreateDirectory(Path.Combine(_folder, "000000000001.spool"));

        Assert.False(spool.TryAppend(Batch(1)));
        Assert.NotNull(spool.Failure);
        Directory.Delete(Path.Combine(_folder, "000000000001.spool"));
        Assert.True(spool.TryAppend(Batch(2)));
        Assert.Null(spool.Failure);
        Assert.Equal([Id(2)], Drain(spool));
    }

    [Fact]
    public void Cursor_OfTheRunningBoot_IsNotForgottenForOneOfAnEarlierBoot()
    {
        using (var spool = Open())
        {
            spool.TryAppend(Batch(500, boot: s_earlierBoot));
            spool.Remember(new KmsgCursor(s_boot, 77), 3);
        }

        using var again = Open();
        Assert.Equal(new KmsgCursor(s_boot, 77), again.Cursor);
        Assert.Equal(3, again.UntoldDrops);
    }

    [Fact]
    public void Spool_CutOrDamagedAnywhere_GivesWholeBatchesInOrderAndNeverThrows()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            using (var spool = Open())
            {
                for (var i = 0; i < 12; i++)
                {
                    spool.TryAppend(Batch(i));
                }

                for (var i = random.Next(4); i > 0; i--)
                {
                    spool.Peek();
                    spool.Accept();
                }
            }

            var files = Directory.EnumerateFiles(_folder).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)).ToList();
            var path = files[random.Next(files.Count)];
            var content = File.ReadAllBytes(path);
            if (random.Next(2) == 0)
            {
                Array.Resize(ref content, random.Next(content.Length));
            }
            else
            {
                content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
            }

            File.WriteAllBytes(path, content);

            using (var spool = Open())
            {
                var ids = Drain(spool);
                Assert.Equal(ids.Order(), ids);
                Assert.Equal(ids.Distinct(), ids);
                Assert.True(spool.TryAppend(Batch(100)));
                Assert.Equal([Id(100)], Drain(spool));
            }

            foreach (var file in Directory.EnumerateFiles(_folder))
            {
                File.Delete(file);
            }
        }
    }

    [Fact]
    public void Read_AnyBytes_NeverThrows()
    {
        var random = new Random(13);
        var whole = SpooledBatch.Write(Batch(3, 500));
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = whole[..random.Next(whole.Length + 1)];
            for (var change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            _ = SpooledBatch.Read(bytes);
            _ = SpoolState.Parse(Convert.ToBase64String(bytes));
        }
    }

    [Fact]
    public void State_WrittenAndRead_IsTheSame()
    {
        var state = new SpoolState { File = 12, Position = 345, Cursor = new KmsgCursor(s_boot, ulong.MaxValue), Dropped = 9 };

        Assert.Equal(state, SpoolState.Parse(state.ToString()));
        Assert.Null(SpoolState.Parse(state.ToString().Replace("345", "346")));
    }
}
