using Mayday.Analysis;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Bugs;

public sealed partial class BugQueries
{
    // More suggestions than this are not read.
    private const int MaxSimilar = 5;

    // Similarity compares whole stacks in memory, not in SQL. This many reports are about 3 MB and take about 50 ms.
    private const int MaxCandidates = 200;

    // Below this score, two bugs share little more than the kernel's entry functions.
    private const double LeastScore = 0.25;

    /// <summary>
    /// Finds the bugs most similar to one, by frames and kind of their newest crashes, most similar first. Null if there is no such bug.
    /// </summary>
    public async Task<IReadOnlyList<SimilarBug>?> FindSimilarBugsAsync(Guid id, CancellationToken cancellation)
    {
        var own = await ReadAsync(
            "SELECT c.report::text FROM crash c WHERE c.bug_id = $1 ORDER BY c.id DESC LIMIT 1",
            [id],
            row => StoredJson.TryReadReport(row.GetString(0)),
            cancellation).ConfigureAwait(false);
        if (own is not [{ } report])
        {
            return await FindBugAsync(id, cancellation).ConfigureAwait(false) is null ? null : [];
        }

        var candidates = await ReadAsync(
            $"""
            SELECT {BugColumns}, c.report
            FROM (
                SELECT o.* FROM bug o JOIN bug w ON w.id = $1
                WHERE o.id <> w.id AND o.crash_count > 0
                ORDER BY (o.function = w.function) IS TRUE DESC, (o.module = w.module) IS TRUE DESC, o.kind = w.kind DESC, o.class = w.class DESC, o.last_seen DESC
                LIMIT {MaxCandidates}) b
            CROSS JOIN LATERAL (
                SELECT (c.report - 'code' - 'modules' - 'registers' - 'explanation')::text AS report
                FROM crash c WHERE c.bug_id = b.id ORDER BY c.id DESC LIMIT 1) c
            """,
            [id],
            row => (Bug: ReadBug(row), Report: StoredJson.TryReadReport(row.GetString(13))),
            cancellation).ConfigureAwait(false);
        var scored = candidates
            .Where(candidate => candidate.Report is not null)
            .Select(candidate => new SimilarBug(candidate.Bug, Math.Round(CrashSimilarity.Score(report, candidate.Report!), 3)))
            .Where(similar => similar.Score >= LeastScore)
            .OrderByDescending(similar => similar.Score)
            .ThenByDescending(similar => similar.Bug.LastSeen)
            .Take(MaxSimilar)
            .ToList();
        var trends = await TrendsAsync([.. scored.Select(similar => similar.Bug.Id)], cancellation).ConfigureAwait(false);
        return [.. scored.Select(similar => similar with { Bug = similar.Bug with { Trend = trends[similar.Bug.Id] } })];
    }
}
