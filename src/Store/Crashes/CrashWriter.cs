using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Events;
using Mayday.Store.Hosts;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>The result of writing one dump of a batch.</summary>
/// <param name="DumpId">Id of the stored dump. For a duplicate, the id of the first copy.</param>
/// <param name="IsNew">False if this or another collector stored the same dump before.</param>
/// <param name="CrashIds">The crashes of the dump in log order: new ones, and known ones for which it is another witness.</param>
/// <param name="Refusal">Why Postgres refused the dump in every form; null if it is stored.</param>
/// <param name="IsLogKept">False if the reservoir left the log out because its bug has enough of them.</param>
/// <param name="HasReplacedLog">True if this log replaced a stored log of the same bug.</param>
public sealed record WrittenDump(
    Guid DumpId, bool IsNew, IReadOnlyList<Guid> CrashIds, string? Refusal = null, bool IsLogKept = true, bool HasReplacedLog = false);

/// <summary>
/// Writes finished dumps: one batch is one idempotent transaction. The same transaction updates hosts, bugs, incidents, witnesses and the
/// counts that pages show, and ends with NOTIFY.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="time">The clock for pauses between attempts.</param>
/// <param name="reservoir">How many logs of one bug are kept; null keeps all.</param>
public sealed class CrashWriter(NpgsqlDataSource source, TimeProvider time, ReservoirOptions? reservoir = null)
{
    // Writers take their locks in one order, so only another program (a manual UPDATE, a restore) can cause a deadlock. Five attempts
    // outlast it.
    private const int MaxAttempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Stores <paramref name="dumps"/>, preferably up to 500 per call. Throws only if Postgres is unreachable or cannot work. A dump that
    /// Postgres refuses does not block the rest of its batch: it is stored without its reports instead of being lost.
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

            // Bisection finds one bad dump among 500 in nine steps, and the rest is still written in large batches.
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
            // A partition was created or dropped between planning and execution, or another writer inserted a key that this one saw as
            // free.
            or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UniqueViolation,
    };

    /// <summary>True if Postgres (or its encoding) refuses the content. False if Postgres is unreachable or full.</summary>
    internal static bool IsRefusal(Exception e) => e switch
    {
        // SQLSTATE classes: 22 data exception, 23 integrity constraint violation, 54 program limit exceeded.
        PostgresException postgres => postgres.SqlState is ['2', '2' or '3', ..] or ['5', '4', ..],
        OperationCanceledException => false,
        NpgsqlException => false,
        _ => e is ArgumentException or FormatException or OverflowException or InvalidCastException or System.Text.Json.JsonException or NotSupportedException,
    };
}
