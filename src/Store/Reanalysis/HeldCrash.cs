using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <summary>
/// A crash that a dump currently contains, with the facts of its ledger entry. The entry itself may have been pruned long ago.
/// </summary>
internal sealed record HeldCrash(Occurrence Occurrence, string SignatureHash, bool Leads, long OtherWitnesses)
{
    public static async Task<IReadOnlyList<HeldCrash>> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid dumpId, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(
            """
            SELECT c.id, c.host_id, c.occurrence_key, o.boot_id, c.bug_id, c.incident_id, c.kernel_release, c.received_at, c.printk_time,
                coalesce(o.quality, 0), c.fatal, c.dump_id = $1, c.signature_hash,
                (SELECT count(*) FROM crash_witness other WHERE other.crash_id = c.id AND other.dump_id <> $1)
            FROM crash_witness w
            JOIN crash c ON c.id = w.crash_id
            LEFT JOIN crash_occurrence o ON o.crash_id = c.id
            WHERE w.dump_id = $1
            ORDER BY w.position
            """,
            connection,
            transaction);
        Sql.Add(command.Parameters, [dumpId]);
        var held = new List<HeldCrash>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                held.Add(new HeldCrash(
                    Occurrence.Read(reader),
                    reader.GetString(12),
                    Leads: reader.GetBoolean(11),
                    OtherWitnesses: reader.GetInt64(13)));
            }
        }

        return held;
    }
}
