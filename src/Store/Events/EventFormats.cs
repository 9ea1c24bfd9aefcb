using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>What events are grouped by.</summary>
internal readonly record struct EventFormatKey(string Facility, int EventType, string? Format)
{
    /// <summary>The row for events whose own format does not fit into the full catalogue. They are stored and counted here.</summary>
    public static EventFormatKey Overflow { get; } = new("*", 0, null);

    /// <summary>
    /// U+0000 separates the three fields, because no stored text contains it. A missing format string differs from an empty one.
    /// </summary>
    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Facility}\0{EventType}\0{(Format is null ? "" : "=" + Format)}")));
}

/// <summary>The catalogue of event formats: caches the ids of recently used formats and looks up the others in the table.</summary>
internal sealed class EventFormats
{
    /// <summary>
    /// A kernel tree has about 60,000 printk formats, and a fleet with several releases stays below this limit. Formats beyond it share one
    /// row.
    /// </summary>
    public const int MaxFormats = 100_000;

    // An entry takes a few hundred bytes. Formats beyond this limit are looked up in Postgres.
    private const int MaxKnown = 16 * 1024;

    private readonly ConcurrentDictionary<EventFormatKey, long> _known = new();

    /// <summary>Clears the cache. Needed when catalogue rows were pruned, which a writer notices when a row is missing.</summary>
    public void Forget() => _known.Clear();

    /// <summary>Caches ids. Only committed ids may be cached.</summary>
    public void Remember(IReadOnlyDictionary<EventFormatKey, long> formats)
    {
        if (_known.Count + formats.Count > MaxKnown)
        {
            _known.Clear();
        }

        foreach (var (key, id) in formats)
        {
            _known[key] = id;
        }
    }

    /// <summary>Sets <see cref="PendingEvent.FormatId"/> of every event.</summary>
    /// <returns>The formats that were looked up or created.</returns>
    public async Task<Dictionary<EventFormatKey, long>> ResolveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PendingEvent> events, CancellationToken cancellation)
    {
        var found = new Dictionary<EventFormatKey, long>();
        var unknown = new List<PendingEvent>();
        foreach (var pending in events)
        {
            if (_known.TryGetValue(pending.FormatKey, out var id))
            {
                pending.FormatId = id;
            }
            else
            {
                unknown.Add(pending);
            }
        }

        if (unknown.Count == 0)
        {
            return found;
        }

        var firsts = unknown.DistinctBy(pending => pending.FormatKey).ToArray();
        await FindAsync(connection, transaction, firsts.Select(pending => pending.FormatKey), found, cancellation).ConfigureAwait(false);
        PendingEvent[] missing = [.. firsts.Where(pending => !found.ContainsKey(pending.FormatKey))];
        if (missing.Length > 0)
        {
            await MakeAsync(connection, transaction, missing, found, cancellation).ConfigureAwait(false);
        }

        foreach (var pending in unknown)
        {
            pending.IsUncatalogued = !found.TryGetValue(pending.FormatKey, out var id);
            if (pending.IsUncatalogued && !found.TryGetValue(EventFormatKey.Overflow, out id))
            {
                // The row was pruned between creating and reading it.
                throw new EventFormatsChangedException();
            }

            pending.FormatId = id;
        }

        return found;
    }

    private static async Task MakeAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        PendingEvent[] missing,
        Dictionary<EventFormatKey, long> found,
        CancellationToken cancellation)
    {
        using var count = new NpgsqlCommand("SELECT count(*) FROM event_format", connection, transaction);
        var room = (int)Math.Max(0, MaxFormats - (long)(await count.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!);
        // Sorted, so that two writers with the same new formats wait for each other instead of deadlocking.
        var made = missing.Take(room)
            .Select(pending => (Hash: pending.FormatKey.Hash(), Key: pending.FormatKey, pending.ReceivedAt, pending.Severity))
            .ToList();
        if (room < missing.Length)
        {
            made.Add((EventFormatKey.Overflow.Hash(), EventFormatKey.Overflow, missing[0].ReceivedAt, missing[0].Severity));
        }

        made.Sort((a, b) => a.Hash.AsSpan().SequenceCompareTo(b.Hash));
        await Sql.ExecuteAsync(
            connection,
            transaction,
            """
            INSERT INTO event_format (facility, event_type, hash, format, severity, sample, event_count, host_count, first_seen, last_seen)
            SELECT facility, event_type, hash, format, severity, '', 0, 0, seen, seen
            FROM unnest($1::text[], $2::int[], $3::bytea[], $4::text[], $5::smallint[], $6::timestamptz[])
                WITH ORDINALITY AS new(facility, event_type, hash, format, severity, seen, position)
            ORDER BY position
            ON CONFLICT (hash) DO NOTHING
            """,
            [made.Select(format => format.Key.Facility).ToArray(),
            made.Select(format => format.Key.EventType).ToArray(),
            made.Select(format => format.Hash).ToArray(),
            made.Select(format => format.Key.Format).ToArray(),
            made.Select(format => format.Severity).ToArray(),
            made.Select(format => format.ReceivedAt).ToArray()],
            cancellation).ConfigureAwait(false);
        await FindAsync(connection, transaction, made.Select(format => format.Key), found, cancellation).ConfigureAwait(false);
    }

    private static async Task FindAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IEnumerable<EventFormatKey> keys,
        Dictionary<EventFormatKey, long> found,
        CancellationToken cancellation)
    {
        var wanted = keys.Select(key => (Key: key, Hash: key.Hash())).ToArray();
        using var command = new NpgsqlCommand(
            "SELECT wanted.position, f.id FROM unnest($1::bytea[]) WITH ORDINALITY AS wanted(hash, position) JOIN event_format f ON f.hash = wanted.hash",
            connection,
            transaction);
        Sql.Add(command.Parameters, [wanted.Select(format => format.Hash).ToArray()]);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                found[wanted[reader.GetInt64(0) - 1].Key] = reader.GetInt64(1);
            }
        }
    }
}

/// <summary>Cached catalogue rows no longer exist. The batch is written again.</summary>
internal sealed class EventFormatsChangedException() : Exception("Formats were pruned while a batch was being written.");
