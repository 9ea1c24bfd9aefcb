using Mayday.Analysis;
using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <param name="Dumps">Number of dumps analysed.</param>
/// <param name="Crashes">What changed for their crashes.</param>
/// <param name="Changes">What changed for bugs.</param>
public sealed record ReanalysisResult(long Dumps, RewrittenDump Crashes, IReadOnlyList<BugChange> Changes);

/// <summary>Analyses stored dumps again, or only reports what that would change.</summary>
/// <param name="source">The database.</param>
/// <param name="time">The clock for pauses between attempts.</param>
/// <param name="analyze">The analyser function.</param>
/// <param name="version">The version of the analyser.</param>
public sealed class Reanalyzer(NpgsqlDataSource source, TimeProvider time, Func<ReadOnlyMemory<byte>, IReadOnlyList<CrashReport>> analyze, int version)
{
    private readonly DumpsForReanalysis _dumps = new(source);
    private readonly CrashRewriter _rewriter = new(source, time);

    public Task<long> CountAsync(bool all, CancellationToken cancellation) => _dumps.CountAsync(Below(all), cancellation);

    /// <param name="all">Also analyses dumps that this version already processed.</param>
    /// <param name="dryRun">Changes nothing and reports what would change.</param>
    /// <param name="advance">Called after each dump.</param>
    /// <param name="cancellation">Stops. Finished dumps stay rewritten, and the next run continues from there.</param>
    public async Task<ReanalysisResult> RunAsync(bool all, bool dryRun, Action advance, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(advance);
        var plan = await ReanalysisPlan.BeginAsync(source, cancellation).ConfigureAwait(false);
        var sum = new RewrittenDump(0, 0, 0, 0, 0);
        var below = Below(all);
        long dumps = 0;
        long reset;
        do
        {
            // Removing a crash may require other dumps that contain it to be analysed again. Repeat until a round requires none.
            reset = sum.Reset;
            await foreach (var dump in _dumps.ReadAsync(below, cancellation).ConfigureAwait(false))
            {
                var fresh = dump with { Crashes = analyze(dump.Log), AnalyzerVersion = version, AnalysisFailure = null };
                if (await _rewriter.ReplaceAsync(fresh, plan, dryRun, cancellation).ConfigureAwait(false) is { } change)
                {
                    sum = new RewrittenDump(
                        sum.Kept + change.Kept, sum.Moved + change.Moved, sum.Added + change.Added, sum.Removed + change.Removed, sum.Reset + change.Reset);
                }

                dumps++;
                advance();
            }

            below = version;
        }
        while (!dryRun && sum.Reset > reset);

        return new ReanalysisResult(dumps, sum, plan.Changes());
    }

    private int Below(bool all) => all ? int.MaxValue : version;
}
