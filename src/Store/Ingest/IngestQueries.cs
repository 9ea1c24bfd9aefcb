using Mayday.Events.Screening;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Mayday.Store.Schema;
using Npgsql;

namespace Mayday.Store.Ingest;

/// <summary>Queries for what the collectors counted and what the fleet lost.</summary>
public sealed partial class IngestQueries(NpgsqlDataSource source, TimeProvider time) : SqlQueries(source, time)
{
    // Collectors report every second. Ten missed reports in a row mean that the collector is down.
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(10);

    // A day is long enough to show problems of the night, and short enough that old problems do not hide today's.
    private static readonly TimeSpan s_budget = TimeSpan.FromHours(24);

    public async Task<IngestStats> IngestStatsAsync(CancellationToken cancellation)
    {
        var now = Time.GetUtcNow();
        var counters = await ReadAsync(
            "SELECT name, tags, sum(value)::bigint FROM ingest_counter GROUP BY name, tags ORDER BY name, tags",
            [],
            row => new IngestCounter(row.GetString(0), row.GetString(1), row.GetInt64(2)),
            cancellation).ConfigureAwait(false);
        var collectors = await ReadAsync(
            "SELECT name, started_at, last_seen_at FROM collector ORDER BY name",
            [],
            row => new CollectorState(
                row.GetString(0),
                row.GetFieldValue<DateTimeOffset>(1),
                row.GetFieldValue<DateTimeOffset>(2),
                Alive: now - row.GetFieldValue<DateTimeOffset>(2) <= s_silence),
            cancellation).ConfigureAwait(false);
        var misdated = string.Join(" + ", PartitionedTable.All.Select(table => $"(SELECT count(*) FROM {table.DefaultPartition})"));
        var held = await ReadAsync(
            $"SELECT coalesce(sum(dump_count), 0)::bigint, coalesce(sum(crash_count), 0)::bigint, count(*), {misdated}, coalesce(sum(event_count), 0)::bigint FROM host",
            [],
            row => (Dumps: row.GetInt64(0), Crashes: row.GetInt64(1), Hosts: row.GetInt64(2), Misdated: row.GetInt64(3), Events: row.GetInt64(4)),
            cancellation).ConfigureAwait(false);

        return new IngestStats
        {
            Collectors = collectors,
            Counters = counters,
            DatagramsByFormat = SumByTag(counters, IngestCounterNames.Received, "format"),
            RejectedByReason = SumByTag(counters, IngestCounterNames.Rejected, "reason"),
            Datagrams = Sum(counters, IngestCounterNames.Received),
            Rejected = Sum(counters, IngestCounterNames.Rejected),
            KernelDrops = Sum(counters, IngestCounterNames.KernelDrops),
            Duplicates = Sum(counters, IngestCounterNames.Duplicates),
            Conflicting = Sum(counters, IngestCounterNames.Conflicting),
            CompleteDumps = Sum(counters, IngestCounterNames.CompleteDumps),
            PartialDumps = Sum(counters, IngestCounterNames.PartialDumps),
            SpooledDumps = Sum(counters, IngestCounterNames.SpoolDumps),
            SpoolBytes = Sum(counters, IngestCounterNames.SpoolBytes),
            SpoolDropped = Sum(counters, IngestCounterNames.SpoolDropped) + Sum(counters, IngestCounterNames.SpoolExpired),
            DroppedDumps = Sum(counters, IngestCounterNames.DroppedDumps),
            ThinnedDumps = Sum(counters, IngestCounterNames.ThinnedDumps),
            DumpsStored = held[0].Dumps,
            CrashesStored = held[0].Crashes,
            Hosts = held[0].Hosts,
            EventsReceived = Sum(counters, EventCounterNames.Received),
            EventsStored = held[0].Events,
            EventsFolded = Sum(counters, EventCounterNames.Folded),
            EventsDiscardedByRule = SumByTag(counters, EventCounterNames.Discarded, "rule"),
            EventsDroppedByReason = SumByTag(counters, EventCounterNames.Dropped, "reason"),
            EventAlerts = Sum(counters, EventCounterNames.Alerts),
            MisdatedRows = held[0].Misdated,
            Loss = await LossBudgetAsync(now - s_budget, cancellation).ConfigureAwait(false),
        };
    }

    private static long Sum(List<IngestCounter> counters, string name) => counters.Where(counter => counter.Name == name).Sum(counter => counter.Value);

    private static Dictionary<string, long> SumByTag(List<IngestCounter> counters, string name, string key)
    {
        var sums = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var counter in counters.Where(counter => counter.Name == name))
        {
            var tag = counter.Tags.Split(',').FirstOrDefault(tag => tag.StartsWith(key + "=", StringComparison.Ordinal));
            var value = tag is null ? "" : tag[(key.Length + 1)..];
            sums[value] = sums.GetValueOrDefault(value) + counter.Value;
        }

        return sums;
    }
}
