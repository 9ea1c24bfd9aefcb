using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>The statements for another copy of a crash that is already stored.</summary>
internal static class CrashUpdates
{
    /// <summary>
    /// The better copy replaces the leading one. Facts that only the old copy has are kept: the new one may end before the panic.
    /// </summary>
    public static NpgsqlBatchCommand Lead(PendingCrash crash)
    {
        var dump = crash.Dump;
        var report = crash.Report;
        var (start, end) = OccurrenceKey.Bounds(dump.Dump.Log.Length, report);
        var extract = crash.Extract();
        return Sql.Command(
            """
            UPDATE crash SET
                dump_id = $2, bug_id = $3, kind = $4, class = $5, severity = $6, title = $7, function = $8, module = $9, signature_hash = $10,
                kernel_release = coalesce($11, kernel_release), transport = $12, complete = $13, missing_packets = $14, fatal = fatal OR $15,
                aftermath = $16, corrupted = $17, corrupted_reason = $18, cpu = $19, pid = $20, comm = $21, taint = $22, hardware = $23,
                log_start = $24, log_end = $25, analyzer_version = $26, extract = $28, words = $29, occurrence_key = $30,
                report = CASE WHEN fatal AND NOT $15
                    THEN $27::jsonb || jsonb_strip_nulls(jsonb_build_object('fatal', true, 'panic', report -> 'panic')) ELSE $27::jsonb END
            WHERE id = $1
            """,
            crash.CrashId,
            dump.Dump.Id,
            crash.Occurrence!.BugId,
            EnumWords.Of(report.Kind),
            EnumWords.Of(report.Class),
            EnumWords.Of(report.Severity),
            crash.Title,
            crash.Function,
            StoredText.CleanOrNull(report.Module, StoredText.MaxWord),
            crash.SignatureHash,
            crash.KernelRelease,
            dump.Dump.Transport.ToWord(),
            dump.Dump.Completeness.Complete,
            dump.Dump.Completeness.Missing,
            report.Fatal,
            report.Aftermath,
            report.Corrupted,
            StoredText.CleanOrNull(report.CorruptedReason, StoredText.MaxSentence),
            report.Cpu,
            report.Pid,
            StoredText.CleanOrNull(report.Comm, StoredText.MaxWord),
            report.Taint is { } taint ? StoredText.Clean(taint, StoredText.MaxWord) : null,
            StoredText.CleanOrNull(report.Hardware, StoredText.MaxWord),
            start,
            end,
            dump.Dump.AnalyzerVersion,
            StoredJson.Write(report),
            extract,
            SearchWords.Of(crash.Title, crash.Function, extract),
            crash.OccurrenceKey);
    }

    /// <summary>A later copy shows that the crash was fatal.</summary>
    public static NpgsqlBatchCommand Ending(PendingCrash crash) => Sql.Command(
        """
        UPDATE crash SET fatal = true, report = report || jsonb_strip_nulls(jsonb_build_object('fatal', true, 'panic', $2::text)) WHERE id = $1
        """,
        crash.CrashId,
        StoredText.CleanOrNull(crash.Report.Panic, StoredText.MaxSentence));
}
