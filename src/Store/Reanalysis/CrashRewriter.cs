using Mayday.Store.Crashes;
using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <summary>What reading a dump again changed.</summary>
/// <param name="Kept">Crashes that are still there, with their ids.</param>
/// <param name="Moved">Of those, how many went to another bug.</param>
/// <param name="Added">Crashes that the older analyser had not seen.</param>
/// <param name="Removed">Crashes that are none.</param>
/// <param name="Reset">Other dumps that held a removed crash and have to be read again to say whether they still see it.</param>
public sealed record RewrittenDump(int Kept, int Moved, int Added, int Removed, int Reset);

/// <summary>
/// Replaces the reports of a stored dump by those of a newer analyser: crashes keep their ids where the same report is found again, counts
/// move between bugs, all in one transaction.
/// </summary>
public sealed class CrashRewriter(NpgsqlDataSource source, TimeProvider time)
{
    // As in CrashWriter: what passes is tried again.
    private const int MaxAttempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <param name="dump">A dump of <see cref="DumpsForReanalysis"/> with its new reports and the version of the analyser that made them.</param>
    /// <param name="cancellation">Gives up; nothing is changed then.</param>
    /// <returns>Null when the dump is not stored any more.</returns>
    public async Task<RewrittenDump?> ReplaceAsync(FinishedDump dump, CancellationToken cancellation) =>
        await ReplaceAsync(dump, await ReanalysisPlan.BeginAsync(source, cancellation).ConfigureAwait(false), dryRun: false, cancellation).ConfigureAwait(false);

    /// <summary>The same, told to <paramref name="plan"/>; only told, with <paramref name="dryRun"/>.</summary>
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

                        // An attempt that failed has told nothing.
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
