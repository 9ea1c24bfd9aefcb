using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>
/// The changes of a batch to the counts that pages show. They are summed in memory and then added to the rows, one statement per table.
/// Crashes can also leave a bug (a better copy of the report replaces the old one, or a newer analyser renames it), so every delta may be
/// negative.
/// </summary>
internal sealed class CountDeltas
{
    private readonly Dictionary<Guid, BugDelta> _bugs = [];
    private readonly Dictionary<(Guid Bug, Guid Host), (long Count, DateTimeOffset Seen)> _hosts = [];
    private readonly Dictionary<(Guid Bug, string Release), long> _releases = [];
    private readonly Dictionary<(Guid Bug, DateOnly Day), long> _days = [];

    public IReadOnlyCollection<Guid> Bugs => _bugs.Keys;

    public void AddCrash(Guid bug, Guid host, string? release, DateTimeOffset receivedAt, bool fatal) => Add(bug, host, release, receivedAt, fatal, 1);

    public void RemoveCrash(Guid bug, Guid host, string? release, DateTimeOffset receivedAt, bool fatal) => Add(bug, host, release, receivedAt, fatal, -1);

    /// <summary>Marks a crash as fatal that was already counted as not fatal.</summary>
    public void AddFatal(Guid bug, DateTimeOffset receivedAt) => Of(bug, receivedAt).Fatal++;

    /// <summary>
    /// Builds the statements. All writers use the same order: first they lock the bugs by id, so the rest cannot deadlock.
    /// </summary>
    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        if (_bugs.Count == 0)
        {
            yield break;
        }

        var bugs = _bugs.OrderBy(pair => pair.Key).ToArray();
        var ids = bugs.Select(pair => pair.Key).ToArray();
        yield return Sql.Command("SELECT 1 FROM bug WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids);
        yield return Sql.Command(
            """
            WITH delta AS (
                SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) AS delta(bug_id, host_id, crashes, seen)
            ), counted AS (
                INSERT INTO bug_host (bug_id, host_id, crash_count, last_seen)
                SELECT bug_id, host_id, crashes, seen FROM delta
                ON CONFLICT (bug_id, host_id) DO UPDATE
                SET crash_count = bug_host.crash_count + excluded.crash_count, last_seen = greatest(bug_host.last_seen, excluded.last_seen)
                RETURNING bug_id, xmax = 0 AS is_new
            )
            UPDATE bug SET host_count = host_count + added.hosts
            FROM (SELECT bug_id, count(*) AS hosts FROM counted WHERE is_new GROUP BY bug_id) AS added
            WHERE bug.id = added.bug_id
            """,
            _hosts.Keys.Select(key => key.Bug).ToArray(),
            _hosts.Keys.Select(key => key.Host).ToArray(),
            _hosts.Values.Select(value => value.Count).ToArray(),
            _hosts.Values.Select(value => value.Seen).ToArray());
        yield return Sql.Command(
            """
            UPDATE bug SET
                crash_count = crash_count + delta.crashes,
                fatal_count = fatal_count + delta.fatal,
                first_kernel_release = CASE WHEN delta.first < first_seen THEN coalesce(delta.first_release, first_kernel_release)
                    ELSE coalesce(first_kernel_release, delta.first_release) END,
                last_kernel_release = CASE WHEN delta.last >= last_seen THEN coalesce(delta.last_release, last_kernel_release)
                    ELSE coalesce(last_kernel_release, delta.last_release) END,
                first_seen = least(first_seen, delta.first),
                last_seen = greatest(last_seen, delta.last)
            FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[])
                AS delta(bug_id, crashes, fatal, first, last, first_release, last_release)
            WHERE bug.id = delta.bug_id
            """,
            ids,
            bugs.Select(pair => pair.Value.Crashes).ToArray(),
            bugs.Select(pair => pair.Value.Fatal).ToArray(),
            bugs.Select(pair => pair.Value.First).ToArray(),
            bugs.Select(pair => pair.Value.Last).ToArray(),
            bugs.Select(pair => pair.Value.FirstRelease).ToArray(),
            bugs.Select(pair => pair.Value.LastRelease).ToArray());
        yield return Sql.Command(
            """
            INSERT INTO bug_day (bug_id, day, crash_count)
            SELECT * FROM unnest($1::uuid[], $2::date[], $3::bigint[])
            ON CONFLICT (bug_id, day) DO UPDATE SET crash_count = bug_day.crash_count + excluded.crash_count
            """,
            _days.Keys.Select(key => key.Bug).ToArray(),
            _days.Keys.Select(key => key.Day).ToArray(),
            _days.Values.ToArray());
        yield return Sql.Command(
            """
            INSERT INTO bug_release (bug_id, kernel_release, crash_count)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])
            ON CONFLICT (bug_id, kernel_release) DO UPDATE SET crash_count = bug_release.crash_count + excluded.crash_count
            """,
            _releases.Keys.Select(key => key.Bug).ToArray(),
            _releases.Keys.Select(key => key.Release).ToArray(),
            _releases.Values.ToArray());
        if (bugs.Any(pair => pair.Value.Crashes < 0))
        {
            yield return Sql.Command(
                """
                WITH gone AS (DELETE FROM bug_host WHERE bug_id = ANY($1) AND crash_count <= 0 RETURNING bug_id)
                UPDATE bug SET host_count = host_count - removed.hosts
                FROM (SELECT bug_id, count(*) AS hosts FROM gone GROUP BY bug_id) AS removed
                WHERE bug.id = removed.bug_id
                """,
                ids);
            yield return Sql.Command("DELETE FROM bug_release WHERE bug_id = ANY($1) AND crash_count <= 0", ids);
        }
    }

    private void Add(Guid bug, Guid host, string? release, DateTimeOffset receivedAt, bool fatal, int sign)
    {
        var delta = Of(bug, receivedAt);
        delta.Crashes += sign;
        delta.Fatal += fatal ? sign : 0;
        if (sign > 0)
        {
            delta.See(receivedAt, release);
        }

        var (count, seen) = _hosts.GetValueOrDefault((bug, host), (0, receivedAt));
        _hosts[(bug, host)] = (count + sign, seen > receivedAt ? seen : receivedAt);
        var day = DateOnly.FromDateTime(receivedAt.UtcDateTime);
        _days[(bug, day)] = _days.GetValueOrDefault((bug, day)) + sign;
        if (release is not null)
        {
            _releases[(bug, release)] = _releases.GetValueOrDefault((bug, release)) + sign;
        }
    }

    private BugDelta Of(Guid bug, DateTimeOffset receivedAt)
    {
        if (!_bugs.TryGetValue(bug, out var delta))
        {
            _bugs[bug] = delta = new BugDelta { First = receivedAt, Last = receivedAt };
        }

        return delta;
    }

    private sealed class BugDelta
    {
        public long Crashes { get; set; }

        public long Fatal { get; set; }

        public required DateTimeOffset First { get; set; }

        public required DateTimeOffset Last { get; set; }

        public string? FirstRelease { get; set; }

        public string? LastRelease { get; set; }

        public void See(DateTimeOffset at, string? release)
        {
            if (at <= First || FirstRelease is null)
            {
                FirstRelease = release ?? FirstRelease;
            }

            if (at >= Last || LastRelease is null)
            {
                LastRelease = release ?? LastRelease;
            }

            First = at < First ? at : First;
            Last = at > Last ? at : Last;
        }
    }
}
