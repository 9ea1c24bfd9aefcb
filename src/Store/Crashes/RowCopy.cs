using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>Writes dumps, crashes and witnesses with binary COPY.</summary>
internal static class RowCopy
{
    private const short DumpColumns = 30;
    private const short CrashColumns = 35;
    private const short WitnessColumns = 3;

    public static Task DumpsAsync(NpgsqlConnection connection, IEnumerable<PendingDump> dumps, CancellationToken cancellation) => BinaryCopy.SendAsync(
        connection,
        """
        COPY dump (id, host_id, received_at, completed_at, occurred_at, transport, key, source_address, source_port, claimed_name, machine_id,
            boot_id, dump_number, dump_type, kernel_release, complete, missing_packets, completeness, header_registers, processor, user_fields,
            user_blob, crash_count, analyzer_version, analysis_failure, collector, log_bytes, log_kept, log, datagrams)
        FROM STDIN (FORMAT BINARY)
        """,
        dumps,
        Write,
        cancellation);

    public static Task CrashesAsync(NpgsqlConnection connection, IEnumerable<PendingCrash> crashes, CancellationToken cancellation) => BinaryCopy.SendAsync(
        connection,
        """
        COPY crash (id, dump_id, host_id, bug_id, incident_id, received_at, occurred_at, kind, class, severity, title, function, module,
            signature_hash, kernel_release, transport, complete, missing_packets, fatal, aftermath, corrupted, corrupted_reason, cpu, pid, comm,
            taint, hardware, printk_time, log_start, log_end, analyzer_version, occurrence_key, report, extract, words)
        FROM STDIN (FORMAT BINARY)
        """,
        crashes,
        Write,
        cancellation);

    public static Task WitnessesAsync(
        NpgsqlConnection connection, IEnumerable<(Guid CrashId, Guid DumpId, int Position)> witnesses, CancellationToken cancellation) => BinaryCopy.SendAsync(
        connection,
        "COPY crash_witness (crash_id, dump_id, position) FROM STDIN (FORMAT BINARY)",
        witnesses,
        static (row, witness) =>
        {
            row.Row(WitnessColumns);
            row.Add(witness.CrashId);
            row.Add(witness.DumpId);
            row.Add(witness.Position);
        },
        cancellation);

    internal static void Write(CopyBuffer row, PendingDump pending)
    {
        var dump = pending.Dump;
        row.Row(DumpColumns);
        row.Add(dump.Id);
        row.Add(pending.HostId);
        row.Add(pending.ReceivedAt);
        row.Add(pending.CompletedAt);
        row.AddOrNull(dump.OccurredAt);
        row.AddOrNull(dump.Transport.ToWord());
        row.Add(dump.Key.AsSpan());
        row.AddOrNull(pending.SourceAddress);
        row.AddOrNull(dump.Host.Port);
        row.AddOrNull(pending.ClaimedName);
        row.AddOrNull(pending.MachineId);
        row.AddOrNull(pending.BootId);
        row.AddOrNull(dump.DumpNumber);
        row.AddOrNull(StoredText.CleanOrNull(dump.DumpType, StoredText.MaxWord));
        row.AddOrNull(pending.KernelRelease);
        row.AddOrNull(dump.Completeness.Complete);
        row.AddOrNull(dump.Completeness.Missing);
        StoredJson.Add(row, dump.Completeness);
        StoredJson.Add(row, dump.HeaderRegisters);
        row.AddOrNull(StoredText.CleanOrNull(dump.Processor, StoredText.MaxWord));
        StoredJson.Add(row, dump.UserFields);
        row.AddBytesOrNull(dump.UserBlob.Span);
        row.Add(pending.Crashes.Count);
        row.Add(dump.AnalyzerVersion);
        row.AddOrNull(StoredText.CleanOrNull(dump.AnalysisFailure, StoredText.MaxSentence));
        row.AddOrNull(StoredText.Clean(dump.Collector, StoredText.MaxName));
        row.Add((long)dump.Log.Length);
        row.Add(pending.IsLogKept);
        row.Add(pending.Log.Span);
        row.AddBytesOrNull(pending.Datagrams.Span);
    }

    internal static void Write(CopyBuffer row, PendingCrash crash)
    {
        var dump = crash.Dump;
        var report = crash.Report;
        var (start, end) = OccurrenceKey.Bounds(dump.Dump.Log.Length, report);
        row.Row(CrashColumns);
        row.Add(crash.CrashId);
        row.Add(dump.Dump.Id);
        row.Add(dump.HostId);
        row.Add(crash.Occurrence!.BugId);
        row.Add(crash.Occurrence.IncidentId);
        row.Add(dump.ReceivedAt);
        row.Add(dump.OccurredAt);
        row.AddOrNull(EnumWords.Of(report.Kind));
        row.AddOrNull(EnumWords.Of(report.Class));
        row.AddOrNull(EnumWords.Of(report.Severity));
        row.AddOrNull(crash.Title);
        row.AddOrNull(crash.Function);
        row.AddOrNull(StoredText.CleanOrNull(report.Module, StoredText.MaxWord));
        row.AddOrNull(crash.SignatureHash);
        row.AddOrNull(crash.KernelRelease);
        row.AddOrNull(dump.Dump.Transport.ToWord());
        row.AddOrNull(dump.Dump.Completeness.Complete);
        row.AddOrNull(dump.Dump.Completeness.Missing);
        row.Add(report.Fatal);
        row.Add(report.Aftermath);
        row.Add(report.Corrupted);
        row.AddOrNull(StoredText.CleanOrNull(report.CorruptedReason, StoredText.MaxSentence));
        row.AddOrNull(report.Cpu);
        row.AddOrNull(report.Pid);
        row.AddOrNull(StoredText.CleanOrNull(report.Comm, StoredText.MaxWord));
        row.AddOrNull(report.Taint is { } taint ? StoredText.Clean(taint, StoredText.MaxWord) : null);
        row.AddOrNull(StoredText.CleanOrNull(report.Hardware, StoredText.MaxWord));
        row.AddOrNull(crash.PrintkTime);
        row.Add(start);
        row.Add(end);
        row.Add(dump.Dump.AnalyzerVersion);
        row.Add(crash.OccurrenceKey.AsSpan());
        StoredJson.Add(row, report);
        var extract = crash.Extract();
        row.AddOrNull(extract);
        row.AddOrNull(SearchWords.Of(crash.Title, crash.Function, extract));
    }
}
