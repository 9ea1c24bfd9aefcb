using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>Several collectors write at once: nothing twice, nothing lost, every count right.</summary>
public sealed class ConcurrencyTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task WriteAsync_SameDumpsByFourWritersInDifferentOrder_AreStoredOnce()
    {
        var dumps = Enumerable.Range(0, 120)
            .Select(i => Some.Dump($"10.8.0.{i % 40}", i % 3 == 0 ? $"conc-{i % 40}" : null, crashes: [Some.Crash($"conc{i % 11}", 10 + i), Some.Crash($"conc{i % 7}", 11 + i)]))
            .ToArray();
        var writers = Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var writer = new CrashWriter(postgres.Source, TimeProvider.System);
            var mine = dumps.Select(dump => dump with { Id = DumpId.At(dump.ReceivedAt) }).ToArray();
            new Random(seed).Shuffle(mine);
            var written = new List<WrittenDump>();
            foreach (var batch in mine.Chunk(17))
            {
                written.AddRange(await writer.WriteAsync(batch, default));
            }

            return written;
        }));

        var all = (await Task.WhenAll(writers)).SelectMany(list => list).ToArray();

        Assert.Equal(dumps.Length, all.Count(written => written.IsNew));
        Assert.Equal(dumps.Length, all.Select(written => written.DumpId).Distinct().Count());
        Assert.All(all, written => Assert.Null(written.Refusal));
        await KeptCounts.CheckAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_NamelessAndNamedCopiesAtOnce_EndAsOneHost()
    {
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
        {
            var crash = Some.Crash("conc_meeting", 300 + (i / 2 % 6));
            await new CrashWriter(postgres.Source, TimeProvider.System).WriteAsync(
                [Some.Dump($"10.8.2.{i / 2 % 6}", i % 2 == 0 ? null : $"meeting-{i / 2 % 6}", crashes: crash)], default);
        })));
        await KeptCounts.CheckAsync(postgres.Source);
    }

    [Fact]
    public async Task WriteAsync_CopiesOfOneCrashByManyWriters_AreOneCrash()
    {
        var crash = Some.Crash("conc_witness", 77);
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => new CrashWriter(postgres.Source, TimeProvider.System).WriteAsync([Some.Dump("10.8.1.1", complete: i == 5, crashes: crash)], default))));
        Assert.Single(written.SelectMany(batch => batch[0].CrashIds).Distinct());
        await KeptCounts.CheckAsync(postgres.Source);
    }
}
