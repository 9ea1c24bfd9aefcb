using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Bugs;

/// <summary>What a batch adds to the per-minute counts of its bugs: crashes, logs kept and logs left out.</summary>
internal sealed class MinuteDeltas
{
    private readonly Dictionary<(Guid Bug, DateTimeOffset Minute), (long Crashes, long Kept, long Thinned)> _minutes = [];

    public void AddCrash(Guid bug, DateTimeOffset receivedAt) => Add(bug, receivedAt, 1, 0, 0);

    public void AddDump(Guid bug, DateTimeOffset receivedAt, bool isKept) => Add(bug, receivedAt, 0, isKept ? 1 : 0, isKept ? 0 : 1);

    /// <summary>Moves one log from "kept" to "left out".</summary>
    public void LeaveOut(Guid bug, DateTimeOffset receivedAt) => Add(bug, receivedAt, 0, -1, 1);

    /// <summary>Builds the statement. It runs after the bugs are locked, like the statements of <see cref="CountDeltas"/>.</summary>
    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        if (_minutes.Count == 0)
        {
            yield break;
        }

        yield return Sql.Command(
            """
            INSERT INTO bug_minute (bug_id, minute, crash_count, kept_count, thinned_count)
            SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[])
            ON CONFLICT (bug_id, minute) DO UPDATE SET crash_count = bug_minute.crash_count + excluded.crash_count,
                kept_count = bug_minute.kept_count + excluded.kept_count, thinned_count = bug_minute.thinned_count + excluded.thinned_count
            """,
            _minutes.Keys.Select(key => key.Bug).ToArray(),
            _minutes.Keys.Select(key => key.Minute).ToArray(),
            _minutes.Values.Select(value => value.Crashes).ToArray(),
            _minutes.Values.Select(value => value.Kept).ToArray(),
            _minutes.Values.Select(value => value.Thinned).ToArray());
    }

    private void Add(Guid bug, DateTimeOffset receivedAt, long crashes, long kept, long thinned)
    {
        var key = (bug, new DateTimeOffset(receivedAt.Ticks - receivedAt.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero));
        var before = _minutes.GetValueOrDefault(key);
        _minutes[key] = (before.Crashes + crashes, before.Kept + kept, before.Thinned + thinned);
    }
}
