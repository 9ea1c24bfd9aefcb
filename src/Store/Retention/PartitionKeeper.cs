using System.Globalization;
using Mayday.Protocol;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Store.Schema;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Store.Retention;

/// <summary>What one round of maintenance did.</summary>
public sealed record PartitionMaintenance(IReadOnlyList<string> Created, IReadOnlyList<string> Dropped, long LedgerRowsPruned);

/// <summary>
/// Maintains the data (not the schema): creates daily partitions ahead of time, drops those past retention, prunes the ledgers. Run it at
/// start and every hour. Several processes may run it at the same time.
/// </summary>
public sealed class PartitionKeeper(NpgsqlDataSource source, ILogger<PartitionKeeper>? logger = null)
{
    /// <summary>Rounds run every hour. Three days ahead cover a weekend on which nobody notices that rounds fail.</summary>
    public const int DaysAhead = 3;

    /// <summary>How long a dump key is kept. Duplicates from other collectors and from spools arrive within hours, rarely days.</summary>
    public static readonly TimeSpan DumpKeyLifetime = TimeSpan.FromDays(7);

    /// <summary>How long a report is recognised in later dumps of the same boot. Most machines reboot within a month.</summary>
    public static readonly TimeSpan OccurrenceLifetime = TimeSpan.FromDays(30);

    /// <summary>
    /// How long the per-minute counts of bugs are kept. Yesterday's storm is history, and the reservoir looks back only one hour.
    /// </summary>
    public static readonly TimeSpan MinuteLifetime = TimeSpan.FromDays(1);

    /// <summary>How long hourly event counts are kept: a weekly rhythm stays visible. Older trends are drawn from daily counts.</summary>
    public static readonly TimeSpan EventHoursLifetime = TimeSpan.FromDays(8);

    /// <summary>A quarter of a year covers about two kernel releases and fits on the disk of one machine.</summary>
    public static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(90);

    /// <summary>A week of ordinary console lines: what a machine printed in the days before a crash.</summary>
    public static readonly TimeSpan DefaultLogRetention = TimeSpan.FromDays(7);

    // The key of the advisory lock: "mayd" in ASCII. Nothing else in the database uses it.
    private const long LockKey = 0x6d617964;

    private readonly ILogger _logger = logger ?? NullLogger<PartitionKeeper>.Instance;

    public Task<PartitionMaintenance> MaintainAsync(DateTimeOffset now, TimeSpan retention, CancellationToken cancellation) =>
        MaintainAsync(now, retention, DefaultLogRetention, cancellation);

    public async Task<PartitionMaintenance> MaintainAsync(
        DateTimeOffset now, TimeSpan retention, TimeSpan logRetention, CancellationToken cancellation)
    {
        // Ordinary console lines are large and soon useless, so they never outlive the dumps.
        var logs = logRetention < retention ? logRetention : retention;
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var created = await MakeAheadAsync(connection, now, cancellation).ConfigureAwait(false);
            var dropped = new List<string>();
            foreach (var (name, rows) in await PastRetentionAsync(connection, now, retention, logs, cancellation).ConfigureAwait(false))
            {
                await Sql.ExecuteAsync(connection, null, $"DROP TABLE IF EXISTS {name}", [], cancellation).ConfigureAwait(false);
                RetentionMessages.Dropped(_logger, name, rows);
                dropped.Add(name);
            }

            var pruned = await PruneAsync(connection, now, retention, logs, cancellation).ConfigureAwait(false);
            return new PartitionMaintenance(created, dropped, pruned);
        }
    }

    /// <summary>
    /// Lists the partitions that <see cref="MaintainAsync(DateTimeOffset, TimeSpan, TimeSpan, CancellationToken)"/> would drop, with their
    /// row counts.
    /// </summary>
    public async Task<IReadOnlyList<(string Name, long Rows)>> PastRetentionAsync(
        DateTimeOffset now, TimeSpan retention, TimeSpan logRetention, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var logs = logRetention < retention ? logRetention : retention;
            return await PastRetentionAsync(connection, now, retention, logs, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<List<(string Name, long Rows)>> PastRetentionAsync(
        NpgsqlConnection connection, DateTimeOffset now, TimeSpan retention, TimeSpan logs, CancellationToken cancellation)
    {
        var past = new List<(string, long)>();
        foreach (var table in PartitionedTable.All)
        {
            var days = await DaysOfAsync(connection, table, cancellation).ConfigureAwait(false);
            // A day is dropped when all of it is past retention.
            var oldest = DateOnly.FromDateTime((now - (table.Name == "log_block" ? logs : retention)).UtcDateTime);
            foreach (var name in days.Where(day => day < oldest).Order().Select(day => PartitionName(table, day)))
            {
                using var count = new NpgsqlCommand($"SELECT count(*) FROM {name}", connection);
                try
                {
                    past.Add((name, (long)(await count.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!));
                }
                catch (PostgresException gone) when (gone.SqlState == PostgresErrorCodes.UndefinedTable)
                {
                    // Another process dropped it in the meantime.
                }
            }
        }

        return past;
    }

    /// <summary>Only creates the partitions that the next dumps need. For callers that do not know the retention settings.</summary>
    public async Task<IReadOnlyList<string>> MakeAheadAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await MakeAheadAsync(connection, now, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<List<string>> MakeAheadAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var created = new List<string>();
        foreach (var table in PartitionedTable.All)
        {
            var days = await DaysOfAsync(connection, table, cancellation).ConfigureAwait(false);
            // Yesterday too: what a collector received before midnight may be stored after midnight.
            for (var day = today.AddDays(-1); day <= today.AddDays(DaysAhead); day = day.AddDays(1))
            {
                if (!days.Contains(day) && await CreateAsync(connection, table, day, cancellation).ConfigureAwait(false))
                {
                    created.Add(PartitionName(table, day));
                }
            }
        }

        return created;
    }

    internal static string PartitionName(PartitionedTable table, DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"{table.Name}_{day:yyyyMMdd}");

    private static async Task<HashSet<DateOnly>> DaysOfAsync(NpgsqlConnection connection, PartitionedTable table, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass", connection);
        Sql.Add(command.Parameters, [table.Name]);
        var days = new HashSet<DateOnly>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                var suffix = reader.GetString(0)[(table.Name.Length + 1)..];
                if (DateOnly.TryParseExact(suffix, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                {
                    days.Add(day);
                }
            }
        }

        return days;
    }

    /// <summary>
    /// Creates a table like the parent, moves the rows of that day out of the default partition, and attaches the table. ATTACH PARTITION
    /// blocks only other maintenance, not readers or writers.
    /// </summary>
    private static async Task<bool> CreateAsync(NpgsqlConnection connection, PartitionedTable table, DateOnly day, CancellationToken cancellation)
    {
        var name = PartitionName(table, day);
        var from = DumpId.FirstAt(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));
        var to = DumpId.FirstAt(new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));
        var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await Sql.ExecuteAsync(connection, transaction, "SELECT pg_advisory_xact_lock($1)", [LockKey], cancellation).ConfigureAwait(false);
            using (var exists = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection, transaction))
            {
                Sql.Add(exists.Parameters, [name]);
                if (await exists.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is true)
                {
                    return false;
                }
            }

            // The names come from PartitionedTable and a date, and the bounds are uuids. No user input is involved.
            await Sql.ExecuteAsync(
                connection,
                transaction,
                $"""
                CREATE TABLE {name} (LIKE {table.Name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION);
                LOCK TABLE {table.DefaultPartition} IN ACCESS EXCLUSIVE MODE;
                WITH moved AS (
                    DELETE FROM {table.DefaultPartition} WHERE {table.Column} >= '{from}' AND {table.Column} < '{to}' RETURNING *
                )
                INSERT INTO {name} SELECT * FROM moved;
                ALTER TABLE {table.Name} ATTACH PARTITION {name} FOR VALUES FROM ('{from}') TO ('{to}');
                """,
                [],
                cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            return true;
        }
    }

    private static async Task<long> PruneAsync(
        NpgsqlConnection connection, DateTimeOffset now, TimeSpan retention, TimeSpan logRetention, CancellationToken cancellation)
    {
        var utc = now.ToUniversalTime();
        // Events are dropped by whole days, so the last events of a format may stay for one more day.
        var formats = utc - retention - TimeSpan.FromDays(1);
        var occurrences = utc - (retention < OccurrenceLifetime ? retention : OccurrenceLifetime);
        long rows = 0;
        foreach (var (text, before) in new (string, object)[]
        {
            ("DELETE FROM dump_key WHERE received_at < $1", utc - DumpKeyLifetime),
            ("DELETE FROM event_batch WHERE received_at < $1", utc - DumpKeyLifetime),
            ("DELETE FROM crash_occurrence WHERE received_at < $1", occurrences),
            ("DELETE FROM incident WHERE id < $1", DumpId.FirstAt(utc - retention)),
            ("DELETE FROM bug_minute WHERE minute < $1", utc - MinuteLifetime),
            ("DELETE FROM bug_log WHERE received_at < $1", utc - MinuteLifetime),
            ("DELETE FROM bug_day WHERE day < $1", DateOnly.FromDateTime((utc - retention).UtcDateTime)),
            ("DELETE FROM loss_hour WHERE hour < $1", utc - retention),
            ("DELETE FROM sender_loss_day WHERE day < $1", DateOnly.FromDateTime((utc - retention).UtcDateTime)),
            ("DELETE FROM sender_loss WHERE last_at < $1", utc - retention),
            // A flood of forged senders leaves rows behind. Beyond this number, the rows that were silent longest are deleted, whatever
            // their age.
            (
                "DELETE FROM sender_loss WHERE last_at < (SELECT last_at FROM sender_loss ORDER BY last_at DESC OFFSET $1 LIMIT 1)",
                LossAccounts.MaxSenders),
            ("DELETE FROM dump_default WHERE id < $1", DumpId.FirstAt(utc - retention)),
            ("DELETE FROM crash_default WHERE id < $1", DumpId.FirstAt(utc - retention)),
            ("DELETE FROM crash_witness_default WHERE crash_id < $1", DumpId.FirstAt(utc - retention)),
            ("DELETE FROM event_default WHERE id < $1", DumpId.FirstAt(utc - retention)),
            ("DELETE FROM log_block_default WHERE id < $1", DumpId.FirstAt(utc - logRetention)),
            ("DELETE FROM event_format_hour WHERE hour < $1", utc - EventHoursLifetime),
            ("DELETE FROM event_format_day WHERE day < $1", DateOnly.FromDateTime((utc - retention).UtcDateTime)),
            ("DELETE FROM event_format WHERE last_seen < $1", formats),
            (
                """
                WITH locked AS (
                    SELECT id FROM event_format WHERE id IN (SELECT format_id FROM event_format_host WHERE last_seen < $1)
                    ORDER BY id FOR NO KEY UPDATE
                ), gone AS (
                    DELETE FROM event_format_host h USING locked WHERE h.format_id = locked.id AND h.last_seen < $1 RETURNING h.format_id
                )
                UPDATE event_format f SET host_count = host_count - hosts.gone
                FROM (SELECT format_id, count(*) AS gone FROM gone GROUP BY format_id) AS hosts WHERE f.id = hosts.format_id
                """,
                formats),
        })
        {
            rows += await Sql.ExecuteAsync(connection, null, text, [before], cancellation).ConfigureAwait(false);
        }

        return rows;
    }
}
