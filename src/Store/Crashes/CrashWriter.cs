using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Events;
using Mayday.Store.Hosts;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>What became of one dump in a batch.</summary>
/// <param name="DumpId">Id of the stored dump: the first one's where this was a copy.</param>
/// <param name="IsNew">False when the same dump was stored before (by this or another collector).</param>
/// <param name="CrashIds">Crashes of the dump, in log order: new ones and those it is a further witness of.</param>
/// <param name="Refusal">Why Postgres would not take the dump in any form; null when it is stored.</param>
/// <param name="IsLogKept">False when the reservoir left the log out: its bug has enough of them.</param>
/// <param name="HasReplacedLog">True when a stored log of the same bug gave way to this one's.</param>
public sealed record WrittenDump(
    Guid DumpId, bool IsNew, IReadOnlyList<Guid> CrashIds, string? Refusal = null, bool IsLogKept = true, bool HasReplacedLog = false);

/// <summary>
/// Writes finished dumps: one batch, one transaction, idempotent. Hosts, bugs, incidents, witnesses and the counts that pages show are
/// kept here, in the same transaction; NOTIFY at its end.
/// </summary>
/// <param name="source">Where to.</param>
/// <param name="time">The clock of pauses between attempts.</param>
/// <param name="reservoir">How many logs of one bug are kept; null for all.</param>
public sealed class CrashWriter(NpgsqlDataSource source, TimeProvider time, ReservoirOptions? reservoir = null)
{
    // Locks are taken in one order, so a deadlock needs another program (a person's UPDATE, a restore); five goes outlast it.
    private const int MaxAttempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Stores <paramref name="dumps"/>, at best up to 500 at a time. Throws only when Postgres is away or refuses to work; a dump that it
    /// does not take as it is does not keep the others of its batch out, and is stored without its reports rather than lost.
    /// </summary>
    public async Task<IReadOnlyList<WrittenDump>> WriteAsync(IReadOnlyList<FinishedDump> dumps, CancellationToken cancellation)
    {
        if (dumps.Count == 0)
        {
            return [];
        }

        try
        {
            return await WriteBatchAsync(dumps, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            if (dumps.Count == 1)
            {
                return [await WriteBareAsync(dumps[0], e, cancellation).ConfigureAwait(false)];
            }

            // Halving finds one bad dump among 500 in nine steps and keeps the rest in large batches.
            var half = dumps.Count / 2;
            var first = await WriteAsync([.. dumps.Take(half)], cancellation).ConfigureAwait(false);
            var second = await WriteAsync([.. dumps.Skip(half)], cancellation).ConfigureAwait(false);
            return [.. first, .. second];
        }
    }

    private async Task<WrittenDump> WriteBareAsync(FinishedDump dump, Exception cause, CancellationToken cancellation)
    {
        var reason = cause is PostgresException postgres ? postgres.MessageText : cause.Message;
        var bare = dump with
        {
            Crashes = [],
            AnalysisFailure = $"The reports could not be stored: {reason}",
            HeaderRegisters = [],
            UserFields = [],
            DumpNumber = null,
            OccurredAt = null,
        };
        try
        {
            return (await WriteBatchAsync([bare], cancellation).ConfigureAwait(false))[0];
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return new WrittenDump(dump.Id, IsNew: false, [], reason);
        }
    }

    private async Task<IReadOnlyList<WrittenDump>> WriteBatchAsync(IReadOnlyList<FinishedDump> dumps, CancellationToken cancellation)
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
                        var written = await new CrashBatch(connection, transaction, dumps, reservoir?.LogsPerBugAndHour ?? 0).WriteAsync(cancellation).ConfigureAwait(false);
                        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                        return written;
                    }
                }
            }
            catch (Exception e) when (attempt < MaxAttempts && IsPassing(e))
            {
                await Task.Delay(s_pause * attempt, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    internal static bool IsPassing(Exception e) => e is HostsMergedException or EventFormatsChangedException || e is PostgresException
    {
        SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            // A partition came or went between planning and running, or another writer took a key that this one had seen free.
            or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UniqueViolation,
    };

    /// <summary>True when it is the content that Postgres (or its encoding) refuses, not that Postgres is away or full.</summary>
    internal static bool IsRefusal(Exception e) => e switch
    {
        // 22 data exception, 23 integrity, 54 program limit exceeded.
        PostgresException postgres => postgres.SqlState is ['2', '2' or '3', ..] or ['5', '4', ..],
        OperationCanceledException => false,
        NpgsqlException => false,
        _ => e is ArgumentException or FormatException or OverflowException or InvalidCastException or System.Text.Json.JsonException or NotSupportedException,
    };
}
