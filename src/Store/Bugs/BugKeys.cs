using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Bugs;

/// <summary>Finds the bug of each signature. Decisions of people come first; missing bugs are created.</summary>
internal static class BugKeys
{
    public static async Task<IReadOnlyDictionary<string, Guid>> ResolveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PendingCrash> crashes, CancellationToken cancellation)
    {
        var bugs = new Dictionary<string, Guid>(StringComparer.Ordinal);
        if (crashes.Count == 0)
        {
            return bugs;
        }

        var hashes = crashes.Select(crash => crash.SignatureHash).Distinct().ToArray();
        await LoadAsync(connection, transaction, hashes, bugs, cancellation).ConfigureAwait(false);
        var missing = crashes.Where(crash => !bugs.ContainsKey(crash.SignatureHash))
            .DistinctBy(crash => crash.SignatureHash)
            .OrderBy(crash => crash.SignatureHash, StringComparer.Ordinal)
            .ToArray();
        if (missing.Length == 0)
        {
            return bugs;
        }

        await Sql.ExecuteAsync(
            connection,
            transaction,
            """
            INSERT INTO bug (id, signature_hash, signature, kind, class, title, function, module, crash_count, host_count, fatal_count, first_seen, last_seen)
            SELECT id, hash, signature, kind, class, title, function, module, 0, 0, 0, seen, seen
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
                WITH ORDINALITY AS new(id, hash, signature, kind, class, title, function, module, seen, position)
            ORDER BY position
            ON CONFLICT (signature_hash) DO NOTHING
            """,
            [missing.Select(crash => DumpId.At(crash.Dump.ReceivedAt)).ToArray(),
            missing.Select(crash => crash.SignatureHash).ToArray(),
            missing.Select(crash => StoredText.Clean(crash.Report.Signature, StoredText.MaxSignature)).ToArray(),
            missing.Select(crash => EnumWords.Of(crash.Report.Kind)).ToArray(),
            missing.Select(crash => EnumWords.Of(crash.Report.Class)).ToArray(),
            missing.Select(crash => crash.Title).ToArray(),
            missing.Select(crash => StoredText.CleanOrNull(crash.Report.Function, StoredText.MaxWord)).ToArray(),
            missing.Select(crash => StoredText.CleanOrNull(crash.Report.Module, StoredText.MaxWord)).ToArray(),
            missing.Select(crash => crash.Dump.ReceivedAt).ToArray()],
            cancellation).ConfigureAwait(false);
        await LoadAsync(connection, transaction, [.. missing.Select(crash => crash.SignatureHash)], bugs, cancellation).ConfigureAwait(false);
        return bugs;
    }

    public static async Task LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string[] hashes, Dictionary<string, Guid> bugs, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(
            """
            SELECT wanted.hash, coalesce(alias.bug_id, bug.id)
            FROM unnest($1::text[]) AS wanted(hash)
            LEFT JOIN bug_alias alias ON alias.signature_hash = wanted.hash
            LEFT JOIN bug ON bug.signature_hash = wanted.hash
            WHERE coalesce(alias.bug_id, bug.id) IS NOT NULL
            """,
            connection,
            transaction);
        Sql.Add(command.Parameters, [hashes]);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                bugs[reader.GetString(0)] = reader.GetGuid(1);
            }
        }
    }
}
