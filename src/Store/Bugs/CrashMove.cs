using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Bugs;

/// <summary>
/// Moves stored crashes and their counts from one bug to another, inside a transaction that holds <see cref="DecisionLock"/>.
/// </summary>
internal static class CrashMove
{
    /// <param name="connection">The connection of the transaction.</param>
    /// <param name="transaction">The transaction; the caller commits it.</param>
    /// <param name="from">The bug that loses the crashes.</param>
    /// <param name="to">The bug that receives the crashes.</param>
    /// <param name="signatureHash">Only crashes with this signature; null for all.</param>
    /// <param name="cancellation">Cancels the move.</param>
    /// <returns>The crashes that moved.</returns>
    public static async Task<IReadOnlyList<Guid>> RunAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid from, Guid to, string? signatureHash, CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(
            connection, transaction, "SELECT 1 FROM bug WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", [new[] { from, to }], cancellation).ConfigureAwait(false);
        var counts = new CountDeltas();
        var moved = new List<Guid>();
        using (var command = new NpgsqlCommand(
            """
            UPDATE crash SET bug_id = $2 WHERE bug_id = $1 AND ($3::text IS NULL OR signature_hash = $3)
            RETURNING id, host_id, kernel_release, received_at, fatal
            """,
            connection,
            transaction))
        {
            Sql.Add(command.Parameters, [from, to, signatureHash]);
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    moved.Add(reader.GetGuid(0));
                    var (host, release, at, fatal) = (reader.GetGuid(1), reader.TextOrNull(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetBoolean(4));
                    counts.RemoveCrash(from, host, release, at, fatal);
                    counts.AddCrash(to, host, release, at, fatal);
                }
            }
        }

        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command("UPDATE crash_occurrence SET bug_id = $2 WHERE crash_id = ANY($1)", moved.ToArray(), to));
            foreach (var command in counts.Commands())
            {
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }

        return moved;
    }
}
