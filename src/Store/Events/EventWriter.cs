using Mayday.Events.Screening;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>
/// Writes kernel events: one batch is one idempotent transaction. The same transaction updates hosts, the catalogue of formats and the
/// counts that pages show, and ends with NOTIFY.
/// </summary>
public sealed class EventWriter(NpgsqlDataSource source, TimeProvider time)
{
    // As in CrashWriter: five attempts outlast a deadlock with another program, or a partition that is created or dropped.
    private const int MaxAttempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly EventFormats _formats = new();

    /// <summary>
    /// Stores <paramref name="events"/>, preferably 1,000 to 5,000 per call. If <paramref name="batch"/> was stored before, all events are
    /// duplicates; retry with the same key if a call may have failed. An event that Postgres refuses in every form is rejected and does not
    /// block the others. Throws only if Postgres is unreachable or cannot work.
    /// </summary>
    public async Task<EventBatchResult> WriteAsync(IReadOnlyList<ReceivedEvent> events, EventBatchKey? batch, CancellationToken cancellation)
    {
        if (events.Count == 0)
        {
            return new EventBatchResult(0, 0, []);
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    return await WriteAsync(connection, events, batch, lookForCopies: attempt > 1, cancellation).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (attempt < MaxAttempts && CrashWriter.IsPassing(e))
            {
                _formats.Forget();
                await Task.Delay(s_pause * attempt, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<EventBatchResult> WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<ReceivedEvent> events, EventBatchKey? key, bool lookForCopies, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (key is { } claimed && !await ClaimAsync(connection, transaction, claimed, events.Count, cancellation).ConfigureAwait(false))
            {
                return new EventBatchResult(0, events.Count, []);
            }

            var batch = new EventBatch(connection, transaction, _formats);
            var (pending, rejected, duplicates) = Prepare(events);
            if (lookForCopies)
            {
                duplicates += await batch.TakeOutStoredAsync(pending, cancellation).ConfigureAwait(false);
            }

            await WriteHalvingAsync(batch, transaction, pending, rejected, cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            batch.RememberFormats();
            rejected.Sort((a, b) => a.Index.CompareTo(b.Index));
            return new EventBatchResult(events.Count - rejected.Count - duplicates, duplicates, rejected);
        }
    }

    /// <returns>False if the batch is already stored.</returns>
    private async Task<bool> ClaimAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, EventBatchKey key, int count, CancellationToken cancellation) =>
        await Sql.ExecuteAsync(
            connection,
            transaction,
            "INSERT INTO event_batch (key, received_at, event_count) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
            [key.ToBytes(), time.GetUtcNow(), count],
            cancellation).ConfigureAwait(false) == 1;

    private static (List<PendingEvent> Pending, List<RejectedEvent> Rejected, int Duplicates) Prepare(IReadOnlyList<ReceivedEvent> events)
    {
        var pending = new List<PendingEvent>(events.Count);
        var rejected = new List<RejectedEvent>();
        var ids = new HashSet<Guid>(events.Count);
        var duplicates = 0;
        for (var i = 0; i < events.Count; i++)
        {
            if (!ids.Add(events[i].Id))
            {
                duplicates++;
                continue;
            }

            try
            {
                pending.Add(new PendingEvent(events[i], i));
            }
            catch (Exception e) when (CrashWriter.IsRefusal(e))
            {
                rejected.Add(new RejectedEvent(i, e.Message));
            }
        }

        return (pending, rejected, duplicates);
    }

    private static async Task WriteHalvingAsync(
        EventBatch batch, NpgsqlTransaction transaction, List<PendingEvent> events, List<RejectedEvent> rejected, CancellationToken cancellation)
    {
        const string Savepoint = "part";
        if (events.Count == 0)
        {
            return;
        }

        await transaction.SaveAsync(Savepoint, cancellation).ConfigureAwait(false);
        try
        {
            await batch.WriteAsync(events, cancellation).ConfigureAwait(false);
            await transaction.ReleaseAsync(Savepoint, cancellation).ConfigureAwait(false);
            return;
        }
        catch (Exception e) when (CrashWriter.IsRefusal(e) && !CrashWriter.IsPassing(e))
        {
            await transaction.RollbackAsync(Savepoint, cancellation).ConfigureAwait(false);
            await transaction.ReleaseAsync(Savepoint, cancellation).ConfigureAwait(false);
            if (events.Count == 1)
            {
                rejected.Add(new RejectedEvent(events[0].Index, e is PostgresException postgres ? postgres.MessageText : e.Message));
                return;
            }
        }

        // Bisection finds one bad event among 5,000 in thirteen steps, and the rest is still written in large parts.
        var half = events.Count / 2;
        await WriteHalvingAsync(batch, transaction, events[..half], rejected, cancellation).ConfigureAwait(false);
        await WriteHalvingAsync(batch, transaction, events[half..], rejected, cancellation).ConfigureAwait(false);
    }
}
