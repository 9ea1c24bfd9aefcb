using Mayday.Protocol;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>
/// Decides whose log is kept: a limited number per bug and hour, preferring complete and recent ones. In a full hour, a more complete log
/// replaces a less complete one at once; an equally complete log replaces one that is a minute older. So a storm is shown by its current
/// logs, and costs at most one reservoir of writes per minute. The first log of an hour always stays, because people look for the cause at
/// the start. A dump with several bugs is kept if one of them has room. Uploads by people and dumps without a crash are always kept.
/// </summary>
internal sealed class LogReservoir(NpgsqlConnection connection, NpgsqlTransaction transaction, int logsPerHour)
{
    private static readonly TimeSpan s_window = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_givesWayAfter = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, BugLogs> _bugs = [];
    private readonly List<(Guid Bug, KeptLog Log)> _gone = [];

    /// <summary>The stored logs that were replaced.</summary>
    public IEnumerable<(Guid Bug, DateTimeOffset ReceivedAt)> Gone => _gone.Select(gone => (gone.Bug, gone.Log.ReceivedAt));

    /// <summary>
    /// Sets <see cref="PendingDump.IsLogKept"/>. Locks the bugs in id order, as every writer does, so that two writers cannot fill the same
    /// place.
    /// </summary>
    public async Task DecideAsync(IReadOnlyList<PendingDump> dumps, IReadOnlyDictionary<string, Guid> bugs, CancellationToken cancellation)
    {
        var candidates = dumps.Where(dump => dump.Crashes.Count > 0 && dump.Dump.Transport != Transport.Http).ToArray();
        if (logsPerHour <= 0 || candidates.Length == 0)
        {
            return;
        }

        var ids = candidates.SelectMany(dump => BugsOf(dump, bugs)).Distinct().Order().ToArray();
        await LoadAsync(ids, candidates, cancellation).ConfigureAwait(false);
        var kept = new List<(Guid Bug, PendingDump Dump, bool IsShared)>();
        foreach (var dump in candidates.OrderBy(RankOf).ThenByDescending(dump => dump.ReceivedAt))
        {
            var its = BugsOf(dump, bugs).ToArray();
            dump.IsLogKept = Array.Exists(its, bug => _bugs[bug].Kept < logsPerHour) || Array.Exists(its, bug => TakePlace(bug, dump));
            if (dump.IsLogKept)
            {
                Array.ForEach(its, bug => _bugs[bug].Kept++);
                kept.AddRange(its.Select(bug => (bug, dump, its.Length > 1)));
            }
        }

        await SaveAsync(kept, cancellation).ConfigureAwait(false);
    }

    private bool TakePlace(Guid bug, PendingDump dump)
    {
        if (!_bugs[bug].TryGiveWay(RankOf(dump), dump.ReceivedAt - s_givesWayAfter, out var log))
        {
            return false;
        }

        _gone.Add((bug, log));
        dump.HasReplacedLog = true;
        return true;
    }

    private async Task LoadAsync(Guid[] bugs, PendingDump[] candidates, CancellationToken cancellation)
    {
        var newest = candidates.Max(dump => dump.ReceivedAt);
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command("SELECT 1 FROM bug WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", bugs));
            // Reads no more rows than the batch could replace, whatever the limit.
            batch.BatchCommands.Add(Sql.Command(
                """
                SELECT wanted.bug_id, hour.kept, hour.first_at, log.dump_id, log.received_at, log.rank
                FROM unnest($1::uuid[]) AS wanted(bug_id)
                CROSS JOIN LATERAL (
                    SELECT count(*) AS kept, min(received_at) AS first_at FROM bug_log WHERE bug_id = wanted.bug_id AND received_at > $2
                ) AS hour
                LEFT JOIN LATERAL (
                    SELECT dump_id, received_at, rank FROM bug_log
                    WHERE bug_id = wanted.bug_id AND received_at > $2 AND NOT is_shared AND (rank > $3 OR received_at <= $4)
                    ORDER BY rank DESC, received_at LIMIT $5
                ) AS log ON hour.kept >= $6
                """,
                bugs,
                newest - s_window,
                candidates.Min(RankOf),
                newest - s_givesWayAfter,
                candidates.Length + 1,
                (long)logsPerHour - candidates.Length));
            var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    var bug = reader.GetGuid(0);
                    if (!_bugs.TryGetValue(bug, out var logs))
                    {
                        _bugs[bug] = logs = new BugLogs { Kept = reader.GetInt64(1), FirstAt = reader.ValueOrNull<DateTimeOffset>(2) };
                    }

                    if (reader.ValueOrNull<Guid>(3) is { } dump)
                    {
                        logs.MayGo.Enqueue(new KeptLog(dump, reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt16(5)));
                    }
                }
            }
        }
    }

    private async Task SaveAsync(List<(Guid Bug, PendingDump Dump, bool IsShared)> kept, CancellationToken cancellation)
    {
        if (kept.Count == 0)
        {
            return;
        }

        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command(
                """
                INSERT INTO bug_log (bug_id, dump_id, received_at, rank, is_shared)
                SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::smallint[], $5::boolean[])
                """,
                kept.Select(log => log.Bug).ToArray(),
                kept.Select(log => log.Dump.Dump.Id).ToArray(),
                kept.Select(log => log.Dump.ReceivedAt).ToArray(),
                kept.Select(log => RankOf(log.Dump)).ToArray(),
                kept.Select(log => log.IsShared).ToArray()));
            foreach (var command in LeaveOut())
            {
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    // A replaced dump ends up like one that was never kept: it loses its log, datagrams, extract, and its lead over a copy that still has a
    // log.
    private IEnumerable<NpgsqlBatchCommand> LeaveOut()
    {
        if (_gone.Count == 0)
        {
            yield break;
        }

        var dumps = _gone.Select(gone => gone.Log.DumpId).ToArray();
        // A dump can be a witness of a crash as old as the ledger entry that recognised it. The bound lets Postgres skip older partitions.
        var oldest = DumpId.FirstAt(_gone.Min(gone => gone.Log.ReceivedAt) - PartitionKeeper.OccurrenceLifetime);
        yield return Sql.Command("UPDATE dump SET log = '', datagrams = NULL, log_kept = false WHERE id = ANY($1)", dumps);
        yield return Sql.Command(
            """
            UPDATE crash_occurrence SET quality = quality - $3
            FROM crash_witness AS witness JOIN crash ON crash.id = witness.crash_id AND crash.dump_id = witness.dump_id
            WHERE witness.dump_id = ANY($1) AND witness.crash_id >= $2 AND crash.id >= $2 AND crash_occurrence.crash_id = crash.id
            """,
            dumps,
            oldest,
            WitnessQuality.WithoutLog);
        yield return Sql.Command(
            """
            UPDATE crash SET extract = '', words = concat_ws(' ', title, function)
            FROM crash_witness AS witness
            WHERE witness.dump_id = ANY($1) AND witness.crash_id >= $2 AND crash.id >= $2 AND crash.id = witness.crash_id AND crash.dump_id = witness.dump_id
            """,
            dumps,
            oldest);
        yield return Sql.Command("DELETE FROM bug_log WHERE bug_id = ANY($1) AND dump_id = ANY($2)", _gone.Select(gone => gone.Bug).Distinct().ToArray(), dumps);
    }

    private static short RankOf(PendingDump dump) => dump.Dump.Completeness.Complete switch { true => 0, null => 1, false => 2 };

    private static IEnumerable<Guid> BugsOf(PendingDump dump, IReadOnlyDictionary<string, Guid> bugs) =>
        dump.Crashes.Select(crash => bugs[crash.SignatureHash]).Distinct();

    private readonly record struct KeptLog(Guid DumpId, DateTimeOffset ReceivedAt, short Rank);

    private sealed class BugLogs
    {
        public long Kept { get; set; }

        public DateTimeOffset? FirstAt { get; init; }

        /// <summary>Logs that may be replaced: the least complete first, then the oldest.</summary>
        public Queue<KeptLog> MayGo { get; } = [];

        public bool TryGiveWay(short rank, DateTimeOffset before, out KeptLog log)
        {
            while (MayGo.TryPeek(out log))
            {
                if (log.Rank <= rank && log.ReceivedAt == FirstAt)
                {
                    MayGo.Dequeue();
                    continue;
                }

                if (log.Rank < rank || (log.Rank == rank && log.ReceivedAt > before))
                {
                    return false;
                }

                MayGo.Dequeue();
                Kept--;
                return true;
            }

            return false;
        }
    }
}
