using Mayday.Analysis;
using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <param name="Dumps">How many were read.</param>
/// <param name="Crashes">What became of their crashes.</param>
/// <param name="Changes">What became of bugs.</param>
public sealed record ReanalysisResult(long Dumps, RewrittenDump Crashes, IReadOnlyList<BugChange> Changes);

/// <summary>Reads stored dumps again: for good, or only to say what that would change.</summary>
/// <param name="source">The store.</param>
/// <param name="time">For pauses between attempts.</param>
/// <param name="analyze">The analyser.</param>
/// <param name="version">Its version.</param>
public sealed class Reanalyzer(NpgsqlDataSource source, TimeProvider time, Func<ReadOnlyMemory<byte>, IReadOnlyList<CrashReport>> analyze, int version)
{
    private readonly DumpsForReanalysis _dumps = new(source);
    private readonly CrashRewriter _rewriter = new(source, time);

    public Task<long> CountAsync(bool all, CancellationToken cancellation) => _dumps.CountAsync(Below(all), cancellation);

    /// <param name="all">Also dumps that this version read already.</param>
    /// <param name="dryRun">Changes nothing, and tells what would change.</param>
    /// <param name="advance">Called after each dump.</param>
    /// <param name="cancellation">Stops; what is done stays, and the next run goes on from there.</param>
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
            // Removing a crash may ask for its other witnesses to be read again: until a round asks for none.
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
