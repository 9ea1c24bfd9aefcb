using Mayday.Analysis;
using Npgsql;
using NpgsqlTypes;

namespace Mayday.Store;

/// <summary>COPY of dumps, crashes and witnesses in binary: the fastest way in, and logs are not copied in memory on the way.</summary>
internal static class RowCopy
{
    public static async Task DumpsAsync(NpgsqlConnection connection, IEnumerable<PendingDump> dumps, CancellationToken cancellation)
    {
        var copy = await connection.BeginBinaryImportAsync(
            """
            COPY dump (id, host_id, received_at, completed_at, occurred_at, transport, key, source_address, source_port, claimed_name, machine_id,
                boot_id, dump_number, dump_type, kernel_release, complete, missing_packets, completeness, header_registers, processor, user_fields,
                user_blob, crash_count, analyzer_version, analysis_failure, collector, log_bytes, log, datagrams)
            FROM STDIN (FORMAT BINARY)
            """,
            cancellation).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            foreach (var pending in dumps)
            {
                await WriteAsync(copy, pending, cancellation).ConfigureAwait(false);
            }

            await copy.CompleteAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, PendingDump pending, CancellationToken cancellation)
    {
        var dump = pending.Dump;
        var row = new RowWriter(copy, cancellation);
        await row.StartAsync().ConfigureAwait(false);
        await row.AddAsync(dump.Id, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(pending.HostId, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(pending.ReceivedAt, NpgsqlDbType.TimestampTz).ConfigureAwait(false);
        await row.AddAsync(pending.CompletedAt, NpgsqlDbType.TimestampTz).ConfigureAwait(false);
        await row.AddOrNullAsync(dump.OccurredAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz).ConfigureAwait(false);
        await row.AddAsync(dump.Transport.ToWord(), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(dump.Key, NpgsqlDbType.Bytea).ConfigureAwait(false);
        await row.AddAsync(pending.SourceAddress, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddOrNullAsync(dump.Host.Port, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(pending.ClaimedName, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(pending.MachineId, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(pending.BootId, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddOrNullAsync(dump.DumpNumber, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(StoredText.CleanOrNull(dump.DumpType, StoredText.MaxWord), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(pending.KernelRelease, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddOrNullAsync(dump.Completeness.Complete, NpgsqlDbType.Boolean).ConfigureAwait(false);
        await row.AddOrNullAsync(dump.Completeness.Missing, NpgsqlDbType.Bigint).ConfigureAwait(false);
        await row.AddAsync(StoredJson.Write(dump.Completeness), NpgsqlDbType.Jsonb).ConfigureAwait(false);
        await row.AddAsync(StoredJson.Write(dump.HeaderRegisters), NpgsqlDbType.Jsonb).ConfigureAwait(false);
        await row.AddAsync(StoredText.CleanOrNull(dump.Processor, StoredText.MaxWord), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(StoredJson.Write(dump.UserFields), NpgsqlDbType.Jsonb).ConfigureAwait(false);
        await row.AddBytesOrNullAsync(dump.UserBlob).ConfigureAwait(false);
        await row.AddAsync(pending.Crashes.Count, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(dump.AnalyzerVersion, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(StoredText.CleanOrNull(dump.AnalysisFailure, StoredText.MaxSentence), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(StoredText.Clean(dump.Collector, StoredText.MaxName), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync((long)dump.Log.Length, NpgsqlDbType.Bigint).ConfigureAwait(false);
        await row.AddAsync(dump.Log, NpgsqlDbType.Bytea).ConfigureAwait(false);
        await row.AddBytesOrNullAsync(dump.Datagrams).ConfigureAwait(false);
    }

    public static async Task CrashesAsync(NpgsqlConnection connection, IEnumerable<PendingCrash> crashes, CancellationToken cancellation)
    {
        var copy = await connection.BeginBinaryImportAsync(
            """
            COPY crash (id, dump_id, host_id, bug_id, incident_id, received_at, occurred_at, kind, class, severity, title, function, module,
                signature_hash, kernel_release, transport, complete, missing_packets, fatal, aftermath, corrupted, corrupted_reason, cpu, pid, comm,
                taint, hardware, printk_time, log_start, log_end, analyzer_version, occurrence_key, report, extract,
                words)
            FROM STDIN (FORMAT BINARY)
            """,
            cancellation).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            foreach (var crash in crashes)
            {
                await WriteAsync(copy, crash, cancellation).ConfigureAwait(false);
            }

            await copy.CompleteAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, PendingCrash crash, CancellationToken cancellation)
    {
        var dump = crash.Dump;
        var report = crash.Report;
        var (start, end) = OccurrenceKey.Bounds(dump.Dump.Log.Length, report);
        var row = new RowWriter(copy, cancellation);
        await row.StartAsync().ConfigureAwait(false);
        await row.AddAsync(crash.CrashId, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(dump.Dump.Id, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(dump.HostId, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(crash.Occurrence!.BugId, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(crash.Occurrence.IncidentId, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(dump.ReceivedAt, NpgsqlDbType.TimestampTz).ConfigureAwait(false);
        await row.AddAsync(dump.OccurredAt, NpgsqlDbType.TimestampTz).ConfigureAwait(false);
        await row.AddAsync(EnumWords.Of(report.Kind), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(EnumWords.Of(report.Class), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(EnumWords.Of(report.Severity), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(crash.Title, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(crash.Function, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(StoredText.CleanOrNull(report.Module, StoredText.MaxWord), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(crash.SignatureHash, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(crash.KernelRelease, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(dump.Dump.Transport.ToWord(), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddOrNullAsync(dump.Dump.Completeness.Complete, NpgsqlDbType.Boolean).ConfigureAwait(false);
        await row.AddOrNullAsync(dump.Dump.Completeness.Missing, NpgsqlDbType.Bigint).ConfigureAwait(false);
        await row.AddAsync(report.Fatal, NpgsqlDbType.Boolean).ConfigureAwait(false);
        await row.AddAsync(report.Aftermath, NpgsqlDbType.Boolean).ConfigureAwait(false);
        await row.AddAsync(report.Corrupted, NpgsqlDbType.Boolean).ConfigureAwait(false);
        await row.AddAsync(StoredText.CleanOrNull(report.CorruptedReason, StoredText.MaxSentence), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddOrNullAsync(report.Cpu, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddOrNullAsync(report.Pid, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(StoredText.CleanOrNull(report.Comm, StoredText.MaxWord), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(report.Taint is { } taint ? StoredText.Clean(taint, StoredText.MaxWord) : null, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(StoredText.CleanOrNull(report.Hardware, StoredText.MaxWord), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddOrNullAsync(crash.PrintkTime, NpgsqlDbType.Double).ConfigureAwait(false);
        await row.AddAsync(start, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(end, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(dump.Dump.AnalyzerVersion, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(crash.OccurrenceKey, NpgsqlDbType.Bytea).ConfigureAwait(false);
        await row.AddAsync(StoredJson.Write(report), NpgsqlDbType.Jsonb).ConfigureAwait(false);
        var extract = StoredText.Decode(dump.Dump.Log.Span[start..end], StoredText.MaxExtractBytes);
        await row.AddAsync(extract, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(SearchWords.Of(crash.Title, crash.Function, extract), NpgsqlDbType.Text).ConfigureAwait(false);
    }

    public static async Task WitnessesAsync(NpgsqlConnection connection, IEnumerable<(Guid CrashId, Guid DumpId, int Position)> witnesses, CancellationToken cancellation)
    {
        var copy = await connection.BeginBinaryImportAsync("COPY crash_witness (crash_id, dump_id, position) FROM STDIN (FORMAT BINARY)", cancellation).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            foreach (var (crashId, dumpId, position) in witnesses)
            {
                var row = new RowWriter(copy, cancellation);
                await row.StartAsync().ConfigureAwait(false);
                await row.AddAsync(crashId, NpgsqlDbType.Uuid).ConfigureAwait(false);
                await row.AddAsync(dumpId, NpgsqlDbType.Uuid).ConfigureAwait(false);
                await row.AddAsync(position, NpgsqlDbType.Integer).ConfigureAwait(false);
            }

            await copy.CompleteAsync(cancellation).ConfigureAwait(false);
        }
    }
}
