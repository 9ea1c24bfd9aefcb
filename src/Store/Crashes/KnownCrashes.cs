using System.Buffers.Binary;
using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>What is known about the hosts of a batch: their reports (to recognise copies) and their recent incidents.</summary>
internal sealed class KnownCrashes
{
    private readonly Dictionary<(Guid Host, KeyBytes Key), List<Occurrence>> _occurrences = [];

    public IncidentAssigner Incidents { get; private set; } = new([]);

    /// <summary>Loads the known crashes. The hosts must be locked (<see cref="HostLocks"/>).</summary>
    public static async Task<KnownCrashes> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PendingDump> dumps, CancellationToken cancellation)
    {
        var known = new KnownCrashes();
        var crashes = dumps.SelectMany(dump => dump.Crashes).ToArray();
        var hosts = dumps.Select(dump => dump.HostId).Distinct().ToArray();
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command(
                """
                SELECT o.crash_id, o.host_id, o.key, o.boot_id, o.bug_id, o.incident_id, o.kernel_release, o.received_at, o.printk_time, o.quality, o.fatal
                FROM crash_occurrence o JOIN unnest($1::uuid[], $2::bytea[]) AS wanted(host_id, key) ON o.host_id = wanted.host_id AND o.key = wanted.key
                """,
                crashes.Select(crash => crash.Dump.HostId).ToArray(),
                crashes.Select(crash => crash.OccurrenceKey).ToArray()));
            batch.BatchCommands.Add(Sql.Command(
                """
                SELECT i.id, i.host_id, i.boot_id, i.first_at, i.last_at, i.first_printk_time, i.last_printk_time, i.crash_count, i.fatal
                FROM unnest($1::uuid[]) AS wanted(host_id)
                CROSS JOIN LATERAL (SELECT * FROM incident WHERE host_id = wanted.host_id ORDER BY last_at DESC LIMIT 4) AS i
                """,
                hosts));
            var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await known.ReadOccurrencesAsync(reader, cancellation).ConfigureAwait(false);
                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                await known.ReadIncidentsAsync(reader, cancellation).ConfigureAwait(false);
            }
        }

        return known;
    }

    public Occurrence? Find(PendingCrash crash) =>
        _occurrences.TryGetValue((crash.Dump.HostId, new KeyBytes(crash.OccurrenceKey)), out var list)
            ? list.Where(occurrence => occurrence.IsSame(crash)).MaxBy(occurrence => occurrence.ReceivedAt)
            : null;

    public Occurrence Add(PendingCrash crash, Guid bug, Guid incident)
    {
        var occurrence = new Occurrence
        {
            CrashId = CrashIdOf(crash),
            HostId = crash.Dump.HostId,
            Key = crash.OccurrenceKey,
            BootId = crash.Dump.BootId,
            BugId = bug,
            IncidentId = incident,
            KernelRelease = crash.KernelRelease,
            ReceivedAt = crash.Dump.ReceivedAt,
            PrintkTime = crash.PrintkTime,
            Quality = crash.Quality,
            Fatal = crash.Report.Fatal,
            IsNew = true,
        };
        Remember(occurrence);
        return occurrence;
    }

    /// <param name="others">Crashes that are not in the ledger but belong to the dump: <see cref="HeldCrash"/>.</param>
    public IEnumerable<NpgsqlBatchCommand> Commands(IEnumerable<Occurrence>? others = null)
    {
        var all = _occurrences.Values.SelectMany(list => list).Concat(others ?? []).ToArray();
        var incidents = Incidents.Changed.ToArray();
        if (incidents.Length > 0)
        {
            yield return UpsertIncidents(incidents);
        }

        var added = all.Where(occurrence => occurrence.IsNew).ToArray();
        if (added.Length > 0)
        {
            yield return Insert(added);
        }

        var changed = all.Where(occurrence => occurrence is { IsNew: false, IsChanged: true }).ToArray();
        if (changed.Length > 0)
        {
            yield return Update(changed);
        }
    }

    /// <summary>
    /// Builds the crash id from the dump's time, the report's position in the dump, and random bits. So newest-first lists show the last
    /// crash of a dump first.
    /// </summary>
    private static Guid CrashIdOf(PendingCrash crash)
    {
        Span<byte> bytes = stackalloc byte[16];
        DumpId.At(DumpId.TimeOf(crash.Dump.Dump.Id)).TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | Math.Min(crash.Index, 0xFFF)));
        return new Guid(bytes, bigEndian: true);
    }

    private void Remember(Occurrence occurrence)
    {
        var key = (occurrence.HostId, new KeyBytes(occurrence.Key));
        if (!_occurrences.TryGetValue(key, out var list))
        {
            _occurrences[key] = list = [];
        }

        list.Add(occurrence);
    }

    private async Task ReadOccurrencesAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var seen = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            // Two dumps of the batch may contain the same report.
            if (!seen.Add(reader.GetGuid(0)))
            {
                continue;
            }

            Remember(Occurrence.Read(reader));
        }
    }

    private async Task ReadIncidentsAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var incidents = new List<Incident>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            incidents.Add(new Incident
            {
                Id = reader.GetGuid(0),
                HostId = reader.GetGuid(1),
                BootId = reader.TextOrNull(2),
                FirstAt = reader.GetFieldValue<DateTimeOffset>(3),
                LastAt = reader.GetFieldValue<DateTimeOffset>(4),
                FirstPrintkTime = reader.ValueOrNull<double>(5),
                LastPrintkTime = reader.ValueOrNull<double>(6),
                CrashCount = reader.GetInt32(7),
                Fatal = reader.GetBoolean(8),
            });
        }

        Incidents = new IncidentAssigner(incidents);
    }

    private static NpgsqlBatchCommand UpsertIncidents(Incident[] incidents) => Sql.Command(
        """
        INSERT INTO incident (id, host_id, boot_id, first_at, last_at, first_printk_time, last_printk_time, crash_count, fatal)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::float8[], $7::float8[], $8::int[], $9::bool[])
        ON CONFLICT (id) DO UPDATE SET boot_id = excluded.boot_id, first_at = excluded.first_at, last_at = excluded.last_at,
            first_printk_time = excluded.first_printk_time, last_printk_time = excluded.last_printk_time,
            crash_count = excluded.crash_count, fatal = excluded.fatal
        """,
        incidents.Select(incident => incident.Id).ToArray(),
        incidents.Select(incident => incident.HostId).ToArray(),
        incidents.Select(incident => incident.BootId).ToArray(),
        incidents.Select(incident => incident.FirstAt).ToArray(),
        incidents.Select(incident => incident.LastAt).ToArray(),
        incidents.Select(incident => incident.FirstPrintkTime).ToArray(),
        incidents.Select(incident => incident.LastPrintkTime).ToArray(),
        incidents.Select(incident => incident.CrashCount).ToArray(),
        incidents.Select(incident => incident.Fatal).ToArray());

    private static NpgsqlBatchCommand Insert(Occurrence[] added) => Sql.Command(
        """
        INSERT INTO crash_occurrence (crash_id, host_id, key, boot_id, bug_id, incident_id, kernel_release, received_at, printk_time, quality, fatal)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::timestamptz[], $9::float8[],
            $10::int[], $11::bool[])
        """,
        added.Select(occurrence => occurrence.CrashId).ToArray(),
        added.Select(occurrence => occurrence.HostId).ToArray(),
        added.Select(occurrence => occurrence.Key).ToArray(),
        added.Select(occurrence => occurrence.BootId).ToArray(),
        added.Select(occurrence => occurrence.BugId).ToArray(),
        added.Select(occurrence => occurrence.IncidentId).ToArray(),
        added.Select(occurrence => occurrence.KernelRelease).ToArray(),
        added.Select(occurrence => occurrence.ReceivedAt).ToArray(),
        added.Select(occurrence => occurrence.PrintkTime).ToArray(),
        added.Select(occurrence => occurrence.Quality).ToArray(),
        added.Select(occurrence => occurrence.Fatal).ToArray());

    private static NpgsqlBatchCommand Update(Occurrence[] changed) => Sql.Command(
        """
        UPDATE crash_occurrence o SET boot_id = new.boot_id, bug_id = new.bug_id, kernel_release = new.kernel_release, quality = new.quality, fatal = new.fatal
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::bool[]) AS new(crash_id, boot_id, bug_id, kernel_release, quality, fatal)
        WHERE o.crash_id = new.crash_id
        """,
        changed.Select(occurrence => occurrence.CrashId).ToArray(),
        changed.Select(occurrence => occurrence.BootId).ToArray(),
        changed.Select(occurrence => occurrence.BugId).ToArray(),
        changed.Select(occurrence => occurrence.KernelRelease).ToArray(),
        changed.Select(occurrence => occurrence.Quality).ToArray(),
        changed.Select(occurrence => occurrence.Fatal).ToArray());
}
