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
        await CheckCountsAsync();
    }

    [Fact]
    public async Task WriteAsync_CopiesOfOneCrashByManyWriters_AreOneCrash()
    {
        var crash = Some.Crash("conc_witness", 77);
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => new CrashWriter(postgres.Source, TimeProvider.System).WriteAsync([Some.Dump("10.8.1.1", complete: i == 5, crashes: crash)], default))));
        Assert.Single(written.SelectMany(batch => batch[0].CrashIds).Distinct());
        await CheckCountsAsync();
    }

    /// <summary>Whatever the order of events was, the kept counts are what counting the rows would give.</summary>
    private async Task CheckCountsAsync()
    {
        foreach (var wrong in new[]
        {
            "SELECT count(*) FROM bug b WHERE crash_count <> (SELECT count(*) FROM crash c WHERE c.bug_id = b.id)",
            "SELECT count(*) FROM bug b WHERE fatal_count <> (SELECT count(*) FROM crash c WHERE c.bug_id = b.id AND c.fatal)",
            "SELECT count(*) FROM bug b WHERE host_count <> (SELECT count(DISTINCT host_id) FROM crash c WHERE c.bug_id = b.id)",
            "SELECT count(*) FROM bug b WHERE crash_count <> (SELECT coalesce(sum(crash_count), 0) FROM bug_day d WHERE d.bug_id = b.id)",
            "SELECT count(*) FROM bug b WHERE crash_count <> (SELECT coalesce(sum(crash_count), 0) FROM bug_release r WHERE r.bug_id = b.id)",
            "SELECT count(*) FROM bug_host bh WHERE crash_count <> (SELECT count(*) FROM crash c WHERE c.bug_id = bh.bug_id AND c.host_id = bh.host_id)",
            "SELECT count(*) FROM host h WHERE crash_count <> (SELECT count(*) FROM crash c WHERE c.host_id = h.id)",
            "SELECT count(*) FROM host h WHERE dump_count <> (SELECT count(*) FROM dump d WHERE d.host_id = h.id)",
            "SELECT count(*) FROM incident i WHERE crash_count <> (SELECT count(*) FROM crash c WHERE c.incident_id = i.id)",
            "SELECT count(*) FROM crash c WHERE NOT EXISTS (SELECT 1 FROM crash_witness w WHERE w.crash_id = c.id AND w.dump_id = c.dump_id)",
            "SELECT count(*) FROM crash c WHERE NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = c.incident_id)",
        })
        {
            await using var command = postgres.Source.CreateCommand(wrong);
            Assert.True(await command.ExecuteScalarAsync() is 0L, wrong);
        }
    }
}
