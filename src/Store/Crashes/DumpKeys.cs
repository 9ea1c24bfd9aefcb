using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>A byte array that is compared by content.</summary>
internal readonly struct KeyBytes(byte[] bytes) : IEquatable<KeyBytes>
{
    private readonly byte[] _bytes = bytes;

    public bool Equals(KeyBytes other) => _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => obj is KeyBytes other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }
}

/// <summary>The owner of a dump key: the dump of this batch that claimed it, or a dump stored earlier.</summary>
internal sealed record DumpKey(Guid DumpId, FinishedDump? Claimant);

/// <summary>
/// The ledger of dump keys, which makes writing idempotent. The writer that inserts a key stores the dump.
/// A writer that finds the key already there has a duplicate.
/// </summary>
internal static class DumpKeys
{
    public static async Task<Dictionary<KeyBytes, DumpKey>> ClaimAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<FinishedDump> dumps, CancellationToken cancellation)
    {
        var first = new Dictionary<KeyBytes, FinishedDump>();
        foreach (var dump in dumps)
        {
            first.TryAdd(new KeyBytes(dump.Key), dump);
        }

        // Sorted, so that writers with common keys wait at the first one instead of deadlocking.
        var ordered = first.Values.OrderBy(dump => Convert.ToHexString(dump.Key), StringComparer.Ordinal).ToArray();
        var keys = ordered.Select(dump => dump.Key).ToArray();
        var owners = new Dictionary<KeyBytes, DumpKey>();
        using (var insert = new NpgsqlCommand(
            """
            INSERT INTO dump_key (key, dump_id, received_at)
            SELECT key, id, received_at FROM unnest($1::bytea[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS new(key, id, received_at, position)
            ORDER BY position
            ON CONFLICT (key) DO NOTHING
            RETURNING key
            """,
            connection,
            transaction))
        {
            Sql.Add(insert.Parameters, [keys, ordered.Select(dump => dump.Id).ToArray(), ordered.Select(dump => dump.ReceivedAt.ToUniversalTime()).ToArray()]);
            var reader = await insert.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    var key = new KeyBytes(reader.GetFieldValue<byte[]>(0));
                    owners[key] = new DumpKey(first[key].Id, first[key]);
                }
            }
        }

        if (owners.Count < ordered.Length)
        {
            using var select = new NpgsqlCommand("SELECT key, dump_id FROM dump_key WHERE key = ANY($1)", connection, transaction);
            Sql.Add(select.Parameters, [keys]);
            var reader = await select.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    owners.TryAdd(new KeyBytes(reader.GetFieldValue<byte[]>(0)), new DumpKey(reader.GetGuid(1), Claimant: null));
                }
            }
        }

        return owners;
    }
}
