using Mayday.Analysis;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Store.Schema;
using Npgsql;

namespace Mayday.Store.Bugs;

public sealed partial class BugQueries
{
    /// <summary>A storm stays listed for this long after its last bad minute.</summary>
    public static readonly TimeSpan StormMemory = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_stormEnds = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_stormGap = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Lists storms of the last hour, live ones first, then the largest. A storm is a bug with at least <paramref name="machines"/> crashes
    /// within one minute, from at least as many machines.
    /// </summary>
    public async Task<IReadOnlyList<Storm>> StormsAsync(int machines, CancellationToken cancellation)
    {
        var now = Time.GetUtcNow();
        var minutes = await ReadAsync(
            """
            SELECT m.bug_id, m.minute, m.crash_count, m.kept_count, m.thinned_count
            FROM bug_minute m
            WHERE m.bug_id IN (SELECT bug_id FROM bug_minute WHERE minute >= $1 AND crash_count >= $2)
            ORDER BY m.bug_id, m.minute DESC
            """,
            [now - StormMemory, (long)machines],
            row => new BugMinuteRow
            {
                BugId = row.GetGuid(0),
                Minute = row.GetFieldValue<DateTimeOffset>(1),
                CrashCount = row.GetInt64(2),
                KeptCount = row.GetInt64(3),
                ThinnedCount = row.GetInt64(4),
            },
            cancellation).ConfigureAwait(false);
        var spells = minutes.GroupBy(minute => minute.BugId).Select(bug => LastSpell([.. bug])).ToArray();
        if (spells.Length == 0)
        {
            return [];
        }

        var storms = await ReadAsync(
            """
            SELECT b.id, b.title, b.kind, b.class, b.function, b.last_seen, spell.since,
                (SELECT count(*) FROM bug_host h WHERE h.bug_id = b.id AND h.last_seen >= spell.since)
            FROM unnest($1::uuid[], $2::timestamptz[]) AS spell(bug_id, since)
            JOIN bug b ON b.id = spell.bug_id
            """,
            [spells.Select(spell => spell[0].BugId).ToArray(), spells.Select(spell => spell[^1].Minute).ToArray()],
            row =>
            {
                var spell = Array.Find(spells, one => one[0].BugId == row.GetGuid(0))!;
                var lastSeen = row.GetFieldValue<DateTimeOffset>(5);
                return new Storm
                {
                    BugId = row.GetGuid(0),
                    Title = row.GetString(1),
                    Kind = EnumWords.Parse<CrashKind>(row.GetString(2)),
                    Class = EnumWords.Parse<CrashClass>(row.GetString(3)),
                    Function = row.TextOrNull(4),
                    LastSeen = lastSeen,
                    Since = row.GetFieldValue<DateTimeOffset>(6),
                    Live = now - lastSeen < s_stormEnds,
                    Machines = row.GetInt64(7),
                    Crashes = spell.Sum(minute => minute.CrashCount),
                    MostPerMinute = spell.Max(minute => minute.CrashCount),
                    LogsKept = spell.Sum(minute => minute.KeptCount),
                    LogsLeftOut = spell.Sum(minute => minute.ThinnedCount),
                };
            },
            cancellation).ConfigureAwait(false);
        return [.. storms.Where(storm => storm.Machines >= machines).OrderByDescending(storm => storm.Live).ThenByDescending(storm => storm.Machines)];
    }

    /// <summary>Returns the newest minutes without a quiet period between them, newest first. The input is also newest first.</summary>
    private static BugMinuteRow[] LastSpell(BugMinuteRow[] minutes)
    {
        var count = 1;
        while (count < minutes.Length && minutes[count - 1].Minute - minutes[count].Minute <= s_stormGap)
        {
            count++;
        }

        return minutes[..count];
    }
}
