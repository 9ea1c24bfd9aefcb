using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Ingest;

/// <summary>
/// The current value of one counter of a collector. Tags are "key=value", sorted and comma-separated; empty if there are none.
/// </summary>
public sealed record IngestCounter(string Name, string Tags, long Value);

/// <summary>The counters that the pages know by name. A collector may send others.</summary>
public static class IngestCounterNames
{
    public const string Received = "datagrams.received";
    public const string Rejected = "datagrams.rejected";
    public const string KernelDrops = "datagrams.kernel_drops";
    public const string Duplicates = "fragments.duplicates";
    public const string Conflicting = "fragments.conflicting";
    public const string CompleteDumps = "dumps.complete";
    public const string PartialDumps = "dumps.partial";
    public const string DroppedDumps = "dumps.dropped";
    public const string ThinnedDumps = "dumps.thinned";
    public const string SpoolDumps = "spool.dumps";
    public const string SpoolBytes = "spool.bytes";
    public const string SpoolDropped = "spool.dropped";
    public const string SpoolExpired = "spool.expired";

    /// <summary>Gauges, not counters: the current value. A restart replaces it instead of adding to it.</summary>
    public static IReadOnlyList<string> Levels { get; } = [SpoolDumps, SpoolBytes];
}

/// <summary>Writes the receiver's counters to Postgres (tables collector and ingest_counter) once a second, for pages and API.</summary>
public sealed class IngestCounters(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>
    /// Registers the collector instance. Its counters restart at 0 and are added to the totals of earlier starts with the same name.
    /// </summary>
    public async Task StartAsync(string collector, CancellationToken cancellation)
    {
        var batch = source.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command(
                """
                INSERT INTO collector (name, started_at, last_seen_at) VALUES ($1, $2, $2)
                ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at, last_seen_at = excluded.last_seen_at
                """,
                Name(collector),
                time.GetUtcNow()));
            batch.BatchCommands.Add(Sql.Command(
                """
                UPDATE ingest_counter SET base = CASE WHEN name = ANY($2) THEN 0 ELSE value END, value = CASE WHEN name = ANY($2) THEN 0 ELSE value END
                WHERE collector = $1
                """,
                Name(collector),
                IngestCounterNames.Levels.ToArray()));
            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stores the values counted since the start of this process.</summary>
    public async Task SaveAsync(string collector, IReadOnlyList<IngestCounter> counters, CancellationToken cancellation)
    {
        // One statement cannot update a row twice, so counters with equal name and tags are merged.
        var distinct = counters.GroupBy(counter => (Name: StoredText.Clean(counter.Name, StoredText.MaxName), Tags: StoredText.Clean(counter.Tags, StoredText.MaxName)))
            .Select(group => (group.Key.Name, group.Key.Tags, Value: group.Sum(counter => counter.Value)))
            .ToArray();
        var batch = source.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command(
                "INSERT INTO collector (name, started_at, last_seen_at) VALUES ($1, $2, $2) ON CONFLICT (name) DO UPDATE SET last_seen_at = excluded.last_seen_at",
                Name(collector),
                time.GetUtcNow()));
            batch.BatchCommands.Add(Sql.Command(
                """
                INSERT INTO ingest_counter (collector, name, tags, value, base)
                SELECT $1, name, tags, value, 0 FROM unnest($2::text[], $3::text[], $4::bigint[]) AS counted(name, tags, value)
                ON CONFLICT (collector, name, tags) DO UPDATE SET value = ingest_counter.base + excluded.value
                """,
                Name(collector),
                distinct.Select(counter => counter.Name).ToArray(),
                distinct.Select(counter => counter.Tags).ToArray(),
                distinct.Select(counter => counter.Value).ToArray()));
            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static string Name(string collector) => StoredText.Clean(collector, StoredText.MaxName);
}
