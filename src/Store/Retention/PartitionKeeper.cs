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
/// Data maintenance, not migration: makes the daily partitions ahead of time, drops those past retention, prunes the ledgers. Run it at
/// start and each hour; several may run it at once.
/// </summary>
public sealed class PartitionKeeper(NpgsqlDataSource source, ILogger<PartitionKeeper>? logger = null)
{
    /// <summary>Rounds happen each hour; three days outlast a weekend on which nobody notices that they do not.</summary>
    public const int DaysAhead = 3;

    /// <summary>How long a dump's key is remembered: copies by other collectors and spools come within hours, seldom days.</summary>
    public static readonly TimeSpan DumpKeyLifetime = TimeSpan.FromDays(7);

    /// <summary>How long a report is recognised in later dumps of its boot. Machines stay up for weeks; a month is most of them.</summary>
    public static readonly TimeSpan OccurrenceLifetime = TimeSpan.FromDays(30);

    /// <summary>How long the minutes of bugs are kept: a storm of yesterday is history, and the reservoir looks back an hour.</summary>
    public static readonly TimeSpan MinuteLifetime = TimeSpan.FromDays(1);

    /// <summary>How long events are counted by the hour: a week's rhythm can be seen; older trends are drawn by days.</summary>
    public static readonly TimeSpan EventHoursLifetime = TimeSpan.FromDays(8);

    /// <summary>A quarter of a year: two kernel releases back, and a disk that one machine has.</summary>
    public static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(90);

    /// <summary>A week of ordinary lines: what a machine said in the days before it died.</summary>
    public static readonly TimeSpan DefaultLogRetention = TimeSpan.FromDays(7);

    // Any number no other advisory lock of this database uses: "mayd" in ASCII.
    private const long LockKey = 0x6d617964;

    private readonly ILogger _logger = logger ?? NullLogger<PartitionKeeper>.Instance;

    public Task<PartitionMaintenance> MaintainAsync(DateTimeOffset now, TimeSpan retention, CancellationToken cancellation) =>
        MaintainAsync(now, retention, DefaultLogRetention, cancellation);

    public async Task<PartitionMaintenance> MaintainAsync(
        DateTimeOffset now, TimeSpan retention, TimeSpan logRetention, CancellationToken cancellation)
    {
        // Ordinary lines are many and soon of no use: they never outlive the dumps.
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
    /// The partitions that <see cref="MaintainAsync(DateTimeOffset, TimeSpan, TimeSpan, CancellationToken)"/> would drop, with their rows.
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
            // A day goes when all of it is past retention.
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
                    // Another round dropped it since the days were read.
                }
            }
        }

        return past;
    }

    /// <summary>Only makes the partitions that the next dumps need: for those who do not know how long data is to be kept.</summary>
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
            // Yesterday too: what a collector took before midnight is stored after it.
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
    /// Makes a table like the parent, moves in what the default partition holds of that day, and attaches it: attaching locks the parent
    /// against other maintenance only, not against writers and readers.
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

            // The names come from PartitionedTable and a date, the bounds are uuids: nothing here is anybody's input.
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
        // Events go by whole days, so the last ones of a format may be there for a day longer.
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
            // A flood of made-up senders leaves rows behind: the longest silent of more than this many go, whatever their age.
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
