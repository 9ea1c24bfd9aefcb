using Npgsql;

namespace Mayday.Store;

/// <summary>
/// Decides whose log is kept: of each bug so many within an hour, whole dumps before partial ones and the newest of a batch first. A dump of
/// several bugs is kept when one of them has room. What a person handed in, and what holds no crash, is always kept.
/// </summary>
internal sealed class LogReservoir(NpgsqlConnection connection, NpgsqlTransaction transaction, int logsPerHour)
{
    private static readonly TimeSpan s_window = TimeSpan.FromHours(1);

    private readonly Dictionary<Guid, long> _kept = [];

    /// <summary>Sets <see cref="PendingDump.IsLogKept"/>. Locks the bugs, as every writer does in the order of their ids, so that two do not fill one place.</summary>
    public async Task DecideAsync(IReadOnlyList<PendingDump> dumps, IReadOnlyDictionary<string, Guid> bugs, CancellationToken cancellation)
    {
        var candidates = dumps.Where(dump => dump.Crashes.Count > 0 && dump.Dump.Transport != Transport.Http).ToArray();
        if (logsPerHour <= 0 || candidates.Length == 0)
        {
            return;
        }

        var ids = candidates.SelectMany(dump => BugsOf(dump, bugs)).Distinct().Order().ToArray();
        await LoadAsync(ids, candidates.Max(dump => dump.ReceivedAt) - s_window, cancellation).ConfigureAwait(false);
        foreach (var dump in candidates.OrderBy(dump => Rank(dump)).ThenByDescending(dump => dump.ReceivedAt))
        {
            Decide(dump, [.. BugsOf(dump, bugs)]);
        }
    }

    private void Decide(PendingDump dump, Guid[] bugs)
    {
        // Partial dumps fill half of the room at most, so that a storm that begins with torn ones has place for the whole.
        var room = dump.Dump.Completeness.Complete == false ? (logsPerHour + 1) / 2 : logsPerHour;
        dump.IsLogKept = Array.Exists(bugs, bug => _kept.GetValueOrDefault(bug) < room);
        if (!dump.IsLogKept)
        {
            return;
        }

        foreach (var bug in bugs)
        {
            _kept[bug] = _kept.GetValueOrDefault(bug) + 1;
        }
    }

    private async Task LoadAsync(Guid[] bugs, DateTimeOffset since, CancellationToken cancellation)
    {
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command("SELECT 1 FROM bug WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", bugs));
            batch.BatchCommands.Add(Sql.Command(
                "SELECT bug_id, sum(kept_count)::bigint FROM bug_minute WHERE bug_id = ANY($1) AND minute > $2 GROUP BY bug_id", bugs, since));
            var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    _kept[reader.GetGuid(0)] = reader.GetInt64(1);
                }
            }
        }
    }

    private static int Rank(PendingDump dump) => dump.Dump.Completeness.Complete switch { true => 0, null => 1, false => 2 };

    private static IEnumerable<Guid> BugsOf(PendingDump dump, IReadOnlyDictionary<string, Guid> bugs) =>
        dump.Crashes.Select(crash => bugs[crash.SignatureHash]).Distinct();
}
