using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>
/// Merges a host that is known only by its address into a named host. A copy of a crash without a host name often arrives first (netoops is
/// complete within a second, a netconsole window closes later) and creates a host for its address. If a named copy with the identical
/// report follows from the same address, both are one machine. The address host is merged if it is at most as old as a name would stay
/// valid.
/// </summary>
internal static class HostMeeting
{
    public static async Task MergeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<(PendingDump Dump, Guid AddressHost)> suspects, CancellationToken cancellation)
    {
        var reports = suspects.SelectMany(suspect => suspect.Dump.Crashes.Where(crash => crash.PrintkTime is not null).Select(crash => (suspect.AddressHost, Crash: crash))).ToArray();
        if (reports.Length == 0)
        {
            return;
        }

        foreach (var (from, to) in await FindAsync(connection, transaction, reports, cancellation).ConfigureAwait(false))
        {
            await MergeAsync(connection, transaction, from, to, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<List<(Guid From, Guid To)>> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, (Guid AddressHost, PendingCrash Crash)[] reports, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT ON (o.host_id) o.host_id, wanted.named_host
            FROM unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::text[], $5::timestamptz[]) AS wanted(address_host, key, named_host, boot_id, received_at)
            JOIN crash_occurrence o ON o.host_id = wanted.address_host AND o.key = wanted.key
            JOIN host h ON h.id = o.host_id
            WHERE o.printk_time IS NOT NULL AND h.address_key IS NOT NULL AND h.id <> wanted.named_host
                AND h.first_seen >= wanted.received_at - $6
                AND (o.boot_id = wanted.boot_id OR o.boot_id IS NULL OR wanted.boot_id IS NULL)
            ORDER BY o.host_id
            """,
            connection,
            transaction);
        Sql.Add(
            command.Parameters,
            [
                reports.Select(report => report.AddressHost).ToArray(),
                reports.Select(report => report.Crash.OccurrenceKey).ToArray(),
                reports.Select(report => report.Crash.Dump.HostId).ToArray(),
                reports.Select(report => report.Crash.Dump.BootId).ToArray(),
                reports.Select(report => report.Crash.Dump.ReceivedAt).ToArray(),
                HostResolver.NameLifetime,
            ]);
        var found = new List<(Guid, Guid)>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                found.Add((reader.GetGuid(0), reader.GetGuid(1)));
            }
        }

        return found;
    }

    private static async Task MergeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid from, Guid to, CancellationToken cancellation)
    {
        // The host is at most a day old, so the bound lets Postgres skip older partitions. Its id dates from when it was first seen; a late
        // dump from a spool may have moved that time back by up to the lifetime of a dump key.
        var oldest = DumpId.FirstAt(DumpId.TimeOf(from) - PartitionKeeper.DumpKeyLifetime);
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command("UPDATE crash SET host_id = $2 WHERE host_id = $1 AND id >= $3", from, to, oldest));
            batch.BatchCommands.Add(Sql.Command("UPDATE dump SET host_id = $2 WHERE host_id = $1 AND id >= $3", from, to, oldest));
            batch.BatchCommands.Add(Sql.Command("UPDATE event SET host_id = $2 WHERE host_id = $1 AND id >= $3", from, to, oldest));
            batch.BatchCommands.Add(Sql.Command("UPDATE incident SET host_id = $2 WHERE host_id = $1", from, to));
            batch.BatchCommands.Add(Sql.Command("UPDATE crash_occurrence SET host_id = $2 WHERE host_id = $1", from, to));
            batch.BatchCommands.Add(Sql.Command(
                """
                WITH shared AS (
                    SELECT id FROM bug WHERE id IN (SELECT a.bug_id FROM bug_host a JOIN bug_host b USING (bug_id) WHERE a.host_id = $1 AND b.host_id = $2)
                    ORDER BY id FOR NO KEY UPDATE
                )
                UPDATE bug SET host_count = host_count - 1 FROM shared WHERE bug.id = shared.id
                """,
                from,
                to));
            batch.BatchCommands.Add(Sql.Command(
                """
                INSERT INTO bug_host (bug_id, host_id, crash_count, last_seen)
                SELECT bug_id, $2, crash_count, last_seen FROM bug_host WHERE host_id = $1
                ON CONFLICT (bug_id, host_id) DO UPDATE
                SET crash_count = bug_host.crash_count + excluded.crash_count, last_seen = greatest(bug_host.last_seen, excluded.last_seen)
                """,
                from,
                to));
            batch.BatchCommands.Add(Sql.Command(
                """
                WITH shared AS (
                    SELECT id FROM event_format
                    WHERE id IN (SELECT a.format_id FROM event_format_host a JOIN event_format_host b USING (format_id) WHERE a.host_id = $1 AND b.host_id = $2)
                    ORDER BY id FOR NO KEY UPDATE
                )
                UPDATE event_format SET host_count = host_count - 1 FROM shared WHERE event_format.id = shared.id
                """,
                from,
                to));
            batch.BatchCommands.Add(Sql.Command(
                """
                INSERT INTO event_format_host (format_id, host_id, event_count, last_seen)
                SELECT format_id, $2, event_count, last_seen FROM event_format_host WHERE host_id = $1
                ON CONFLICT (format_id, host_id) DO UPDATE
                SET event_count = event_format_host.event_count + excluded.event_count, last_seen = greatest(event_format_host.last_seen, excluded.last_seen)
                """,
                from,
                to));
            batch.BatchCommands.Add(Sql.Command(
                """
                INSERT INTO host_address (host_id, address, claimed_name, named_at, first_seen, last_seen)
                SELECT $2, address, claimed_name, named_at, first_seen, last_seen FROM host_address WHERE host_id = $1
                ON CONFLICT (host_id, address) DO UPDATE SET
                    first_seen = least(host_address.first_seen, excluded.first_seen), last_seen = greatest(host_address.last_seen, excluded.last_seen)
                """,
                from,
                to));
            batch.BatchCommands.Add(Sql.Command(
                """
                UPDATE host SET
                    crash_count = host.crash_count + gone.crash_count,
                    dump_count = host.dump_count + gone.dump_count,
                    partial_dump_count = host.partial_dump_count + gone.partial_dump_count,
                    event_count = host.event_count + gone.event_count,
                    last_event_at = greatest(host.last_event_at, gone.last_event_at),
                    kernel_release = coalesce(host.kernel_release, gone.kernel_release),
                    first_seen = least(host.first_seen, gone.first_seen),
                    last_seen = greatest(host.last_seen, gone.last_seen),
                    last_crash_title = CASE WHEN gone.last_crash_at >= coalesce(host.last_crash_at, '-infinity') THEN gone.last_crash_title ELSE host.last_crash_title END,
                    last_crash_at = greatest(host.last_crash_at, gone.last_crash_at)
                FROM host AS gone WHERE host.id = $2 AND gone.id = $1
                """,
                from,
                to));
            batch.BatchCommands.Add(Sql.Command("DELETE FROM host WHERE id = $1", from));
            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }
}

/// <summary>Another writer merged a host of this batch while the batch waited for its lock. The batch is written again.</summary>
internal sealed class HostsMergedException() : Exception("A host was merged into another one while a batch waited for it.");
