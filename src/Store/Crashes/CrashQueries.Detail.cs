using System.Text.Json;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Crashes;

public sealed partial class CrashQueries
{
    // A machine that prints warnings endlessly produces long incidents. A page shows the first hundred crashes.
    private const int MaxIncidentCrashes = 100;
    private const int MaxWitnesses = 100;

    /// <summary>The message for a log that the reservoir left out.</summary>
    public const string LogLeftOut =
        "Its bug had as many logs as are kept within an hour (setting Store:Reservoir:LogsPerBugAndHour), so only the facts of this one were stored; the bug's other crashes show the log.";

    private const string LogDeleted = "The dump was deleted with its day.";

    public async Task<CrashDetail?> FindCrashAsync(Guid id, CancellationToken cancellation)
    {
        // Retention may have deleted the dump with its day while the crash, stored on the next day, still exists.
        var found = await ReadAsync(
            $"""
            SELECT {ItemColumns}, c.report::text, c.extract, c.analyzer_version, d.source_address, d.source_port, d.completeness::text, d.boot_id, d.dump_type,
                d.header_registers::text, d.processor, d.user_fields::text, d.user_blob, d.analysis_failure, d.collector, b.title, b.crash_count, b.host_count, d.log_kept
            FROM crash c
            JOIN host h ON h.id = c.host_id
            JOIN bug b ON b.id = c.bug_id
            LEFT JOIN dump d ON d.id = c.dump_id
            WHERE c.id = $1
            """,
            [id],
            ReadDetail,
            cancellation).ConfigureAwait(false);
        if (found is not [var crash])
        {
            return null;
        }

        return crash with
        {
            Witnesses = await WitnessesOfAsync(crash, cancellation).ConfigureAwait(false),
            Incident = await ReadAsync(
                $"""
                SELECT {ItemColumns} FROM crash c JOIN host h ON h.id = c.host_id
                WHERE c.incident_id = $1 AND c.id <> $2
                ORDER BY c.printk_time NULLS LAST, c.id LIMIT {MaxIncidentCrashes}
                """,
                [crash.IncidentId, id],
                ReadItem,
                cancellation).ConfigureAwait(false),
        };
    }

    public async Task<CrashLog?> FindCrashLogAsync(Guid id, CancellationToken cancellation)
    {
        var found = await ReadAsync(
            "SELECT d.id, d.log, c.log_start, c.log_end, d.log_kept FROM crash c JOIN dump d ON d.id = c.dump_id WHERE c.id = $1",
            [id],
            row => new CrashLog(row.GetGuid(0), row.GetFieldValue<byte[]>(1), row.GetInt32(2), row.GetInt32(3), row.GetBoolean(4)),
            cancellation).ConfigureAwait(false);
        return found.FirstOrDefault();
    }

    public async Task<RawDump?> FindRawAsync(Guid id, CancellationToken cancellation)
    {
        var found = await ReadAsync(
            """
            SELECT d.id, d.transport, coalesce(d.datagrams, d.log), d.datagrams IS NOT NULL, d.log_kept
            FROM crash c JOIN dump d ON d.id = c.dump_id WHERE c.id = $1
            """,
            [id],
            row => new RawDump(row.GetGuid(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetBoolean(3), row.GetBoolean(4)),
            cancellation).ConfigureAwait(false);
        return found.FirstOrDefault();
    }

    private Task<List<Witness>> WitnessesOfAsync(CrashDetail crash, CancellationToken cancellation) => ReadAsync(
        $"""
        SELECT d.id, d.transport, d.received_at, d.complete, d.missing_packets, d.log_bytes, d.id = $2
        FROM crash_witness w JOIN dump d ON d.id = w.dump_id
        WHERE w.crash_id = $1
        ORDER BY d.id = $2 DESC, d.id LIMIT {MaxWitnesses}
        """,
        [crash.Id, crash.DumpId],
        row => new Witness(
            row.GetGuid(0),
            row.GetString(1),
            row.GetFieldValue<DateTimeOffset>(2),
            row.ValueOrNull<bool>(3),
            row.ValueOrNull<long>(4),
            row.GetInt64(5),
            row.GetBoolean(6)),
        cancellation);

    private static CrashDetail ReadDetail(NpgsqlDataReader row)
    {
        // The columns after those of <see cref="CrashItem"/>.
        const int First = 20;
        var item = ReadItem(row);
        return new CrashDetail
        {
            Id = item.Id,
            Host = item.Host,
            HostId = item.HostId,
            ReceivedAt = item.ReceivedAt,
            OccurredAt = item.OccurredAt,
            Kind = item.Kind,
            Class = item.Class,
            Severity = item.Severity,
            Title = item.Title,
            Function = item.Function,
            Module = item.Module,
            BugId = item.BugId,
            KernelRelease = item.KernelRelease,
            Transport = item.Transport,
            Complete = item.Complete,
            MissingPackets = item.MissingPackets,
            IncidentId = item.IncidentId,
            Fatal = item.Fatal,
            Corrupted = item.Corrupted,
            DumpId = item.DumpId,
            Report = ReadReport(item, row.GetString(First)),
            Extract = row.GetString(First + 1),
            AnalyzerVersion = row.GetInt32(First + 2),
            SourceAddress = row.TextOrNull(First + 3),
            SourcePort = row.ValueOrNull<int>(First + 4),
            Completeness = row.TextOrNull(First + 5) is { } completeness
                ? StoredJson.ReadCompleteness(completeness)
                : new Completeness { Complete = item.Complete, Missing = item.MissingPackets, Received = 0, Notes = [LogDeleted] },
            BootId = row.TextOrNull(First + 6),
            DumpType = row.TextOrNull(First + 7),
            HeaderRegisters = row.TextOrNull(First + 8) is { } registers ? StoredJson.ReadRegisters(registers) : [],
            Processor = row.TextOrNull(First + 9),
            UserFields = row.TextOrNull(First + 10) is { } fields ? StoredJson.ReadUserFields(fields) : [],
            UserBlob = row.IsDBNull(First + 11) ? null : Convert.ToBase64String(row.GetFieldValue<byte[]>(First + 11)),
            AnalysisFailure = row.TextOrNull(First + 12),
            Collector = row.TextOrNull(First + 13),
            BugTitle = row.GetString(First + 14),
            BugCrashCount = row.GetInt64(First + 15),
            BugHostCount = row.GetInt64(First + 16),
            LogKept = row.ValueOrNull<bool>(First + 17) == true,
            LogReason = row.ValueOrNull<bool>(First + 17) switch { true => null, false => LogLeftOut, null => LogDeleted },
        };
    }

    /// <summary>
    /// Reads a stored report. If another version wrote words that this one does not know, the report is rebuilt from the columns.
    /// </summary>
    private static CrashReport ReadReport(CrashItem item, string json)
    {
        try
        {
            return StoredJson.ReadReport(json);
        }
        catch (JsonException e)
        {
            return new CrashReport
            {
                Kind = item.Kind,
                Class = item.Class,
                Severity = item.Severity,
                Title = item.Title,
                Function = item.Function,
                Module = item.Module,
                Signature = "",
                SignatureHash = "",
                Fatal = item.Fatal,
                Explanation = [$"The stored report was written by another version of Mayday: {e.Message}"],
            };
        }
    }
}
