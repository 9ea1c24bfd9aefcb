using Mayday.Store.Crashes;
using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <summary>What a reanalysis changed for one dump.</summary>
/// <param name="Kept">Crashes that were found again. They keep their ids.</param>
/// <param name="Moved">Kept crashes that moved to another bug.</param>
/// <param name="Added">Crashes that the older analyser had missed.</param>
/// <param name="Removed">Crashes that the new analyser no longer finds.</param>
/// <param name="Reset">
/// Other dumps that contained a removed crash. They must be analysed again to show whether they still contain it.
/// </param>
public sealed record RewrittenDump(int Kept, int Moved, int Added, int Removed, int Reset);

/// <summary>
/// Replaces the reports of a stored dump with those of a newer analyser, in one transaction. A crash keeps its id if the same report is
/// found again, and counts move between bugs.
/// </summary>
public sealed class CrashRewriter(NpgsqlDataSource source, TimeProvider time)
{
    // As in CrashWriter: transient errors are retried.
    private const int MaxAttempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <param name="dump">
    /// A dump from <see cref="DumpsForReanalysis"/>, with its new reports and the version of the analyser that made them.
    /// </param>
    /// <param name="cancellation">Cancels; nothing is changed then.</param>
    /// <returns>Null if the dump is no longer stored.</returns>
    public async Task<RewrittenDump?> ReplaceAsync(FinishedDump dump, CancellationToken cancellation) =>
        await ReplaceAsync(dump, await ReanalysisPlan.BeginAsync(source, cancellation).ConfigureAwait(false), dryRun: false, cancellation).ConfigureAwait(false);

    /// <summary>Does the same and reports it to <paramref name="plan"/>. With <paramref name="dryRun"/> it only reports.</summary>
    internal async Task<RewrittenDump?> ReplaceAsync(FinishedDump dump, ReanalysisPlan plan, bool dryRun, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false))
                    {
                        var rewrite = new DumpRewrite(connection, transaction, dump, plan, dryRun);
                        var rewritten = await rewrite.RunAsync(cancellation).ConfigureAwait(false);
                        if (!dryRun)
                        {
                            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                        }

                        // Reported only now, so that a failed attempt reports nothing.
                        rewrite.Tell();
                        return rewritten;
                    }
                }
            }
            catch (Exception e) when (attempt < MaxAttempts && CrashWriter.IsPassing(e))
            {
                await Task.Delay(s_pause * attempt, time, cancellation).ConfigureAwait(false);
            }
        }
    }
}
