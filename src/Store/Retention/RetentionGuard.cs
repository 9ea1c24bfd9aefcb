using Mayday.Linux.Clock;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Retention;

/// <summary>
/// Decides whether old data may be deleted. One start with a wrong clock must not delete data. If the clock does not fit the last
/// maintenance, nothing is deleted until the clock has been steady. All collectors of a database share one row, so a clock that contradicts
/// the others never counts as steady.
/// </summary>
public sealed class RetentionGuard(NpgsqlDataSource source, TimeProvider time, Func<bool?>? isSynchronised = null)
{
    /// <summary>
    /// A jump up to this size is normal after an outage. A longer outage only delays deletion by a day, which costs disk space.
    /// </summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromDays(2);

    /// <summary>How long the clock has to run without a jump before it is trusted again.</summary>
    public static readonly TimeSpan SteadyEnough = TimeSpan.FromHours(24);

    /// <summary>
    /// Clocks of several collectors differ, and time services correct by minutes. Such differences do not delete a day too early.
    /// </summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    // The key of the advisory lock: one more than the key that PartitionKeeper uses.
    private const long LockKey = 0x6d617965;

    private readonly Func<bool?> _isSynchronised = isSynchronised ?? KernelClock.IsSynchronised;
    private (DateTimeOffset Wall, long Monotonic)? _before;

    /// <summary>Records the start of a round and returns whether it may delete.</summary>
    public Task<RetentionState> BeginRoundAsync(CancellationToken cancellation) => UpdateAsync(Next, cancellation);

    /// <summary>Records that a person confirmed the clock.</summary>
    public Task<RetentionState> TrustAsync(CancellationToken cancellation) =>
        UpdateAsync((_, now, _, _) => new RetentionState(null, now, TimeSpan.Zero), cancellation);

    /// <summary>Reads the state without changing it.</summary>
    public async Task<RetentionState> ReadAsync(CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return (await ReadAsync(connection, null, cancellation).ConfigureAwait(false))?.State ?? new RetentionState(null, null, TimeSpan.Zero);
        }
    }

    private delegate RetentionState Step(Seen? row, DateTimeOffset now, TimeSpan? running, bool isEmpty);

    private sealed record Seen(RetentionState State, DateTimeOffset At);

    private async Task<RetentionState> UpdateAsync(Step step, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await Sql.ExecuteAsync(connection, transaction, "SELECT pg_advisory_xact_lock($1)", [LockKey], cancellation).ConfigureAwait(false);
                var row = await ReadAsync(connection, transaction, cancellation).ConfigureAwait(false);
                var isEmpty = row is null && await IsEmptyAsync(connection, transaction, cancellation).ConfigureAwait(false);
                var now = time.GetUtcNow();
                var monotonic = time.GetTimestamp();
                var state = step(row, now, RunningSince(now, monotonic), isEmpty);
                await Sql.ExecuteAsync(
                    connection,
                    transaction,
                    """
                    INSERT INTO maintenance (id, last_at, seen_at, held_since, steady_seconds) VALUES (1, $1::timestamptz, $2, $3::timestamptz, $4)
                    ON CONFLICT (id) DO UPDATE SET last_at = EXCLUDED.last_at, seen_at = EXCLUDED.seen_at,
                        held_since = EXCLUDED.held_since, steady_seconds = EXCLUDED.steady_seconds
                    """,
                    [state.LastAt, now, state.HeldSince, state.Steady.TotalSeconds],
                    cancellation).ConfigureAwait(false);
                await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                _before = (now, monotonic);
                return state;
            }
        }
    }

    private RetentionState Next(Seen? row, DateTimeOffset now, TimeSpan? running, bool isEmpty)
    {
        if (row is null ? isEmpty : row.State.LastAt is { } last && now >= last - Tolerance && now <= last + MostAhead)
        {
            // Never moves back: a collector whose clock is minutes slow must not make the other clocks look fast.
            return new RetentionState(null, row?.State.LastAt > now ? row.State.LastAt : now, TimeSpan.Zero);
        }

        var steady = row is { State.IsHeld: true } ? SteadyNow(row, now, running) : TimeSpan.Zero;
        return steady >= SteadyEnough && _isSynchronised() is not false
            ? new RetentionState(null, now, TimeSpan.Zero)
            : new RetentionState(row?.State.HeldSince ?? now, row?.State.LastAt, steady);
    }

    private static TimeSpan SteadyNow(Seen row, DateTimeOffset now, TimeSpan? running)
    {
        var sinceSeen = now - row.At;
        if (running < TimeSpan.Zero || sinceSeen < -Tolerance || sinceSeen > MostAhead)
        {
            return TimeSpan.Zero;
        }

        // Another collector already counted up to its own round. The same hour is not counted twice.
        var added = running is { } ran ? TimeSpan.FromTicks(Math.Clamp(sinceSeen.Ticks, 0, ran.Ticks)) : TimeSpan.Zero;
        return row.State.Steady + added;
    }

    /// <returns>Null in the first round of a process. Negative if the clock jumped since the last round.</returns>
    private TimeSpan? RunningSince(DateTimeOffset now, long monotonic)
    {
        if (_before is not { } before)
        {
            return null;
        }

        var ran = time.GetElapsedTime(before.Monotonic, monotonic);
        return (now - before.Wall - ran).Duration() > Tolerance ? TimeSpan.FromTicks(-1) : ran;
    }

    private static async Task<bool> IsEmptyAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand("SELECT NOT EXISTS (SELECT FROM host) AND NOT EXISTS (SELECT FROM log_block)", connection, transaction);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is true;
    }

    private static async Task<Seen?> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(
            "SELECT held_since, last_at, steady_seconds, seen_at FROM maintenance WHERE id = 1", connection, transaction);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                return null;
            }

            var steady = TimeSpan.FromSeconds(reader.GetDouble(2));
            var state = new RetentionState(reader.ValueOrNull<DateTimeOffset>(0), reader.ValueOrNull<DateTimeOffset>(1), steady);
            return new Seen(state, reader.GetFieldValue<DateTimeOffset>(3));
        }
    }
}
