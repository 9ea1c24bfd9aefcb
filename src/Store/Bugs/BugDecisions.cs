using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Bugs;

public enum BugDecisionOutcome
{
    Done,
    NoSuchBug,
    NoSuchTarget,

    /// <summary>A bug cannot be merged into itself.</summary>
    SameBug,

    /// <summary>The bug (or the target) was already merged into <see cref="BugDecision.Bug"/>.</summary>
    MergedAlready,

    NotOfThisBug,

    /// <summary>The bug is named after this signature. Only the other signatures can be split off.</summary>
    OwnSignature,
}

/// <param name="Outcome">Whether it was done; if not, the reason.</param>
/// <param name="Bug">The bug that now holds the crashes.</param>
/// <param name="Crashes">Number of crashes that moved.</param>
public sealed record BugDecision(BugDecisionOutcome Outcome, Guid? Bug = null, long Crashes = 0);

/// <summary>
/// Stores what a person decides about which signatures are one bug. Crashes and counts move at once, later crashes follow, and newer
/// analyser versions respect the decision.
/// </summary>
public sealed class BugDecisions(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Moves all crashes of <paramref name="bug"/>, including future ones, to <paramref name="into"/>.</summary>
    public Task<BugDecision> MergeAsync(Guid bug, Guid into, string? note, CancellationToken cancellation) => bug == into
        ? Task.FromResult(new BugDecision(BugDecisionOutcome.SameBug))
        : DecideAsync((connection, transaction) => MergeAsync(connection, transaction, bug, into, note, cancellation), cancellation);

    /// <summary>Splits a signature off a merged bug. It gets its own bug again, permanently.</summary>
    public Task<BugDecision> SplitAsync(Guid bug, string signatureHash, string? note, CancellationToken cancellation) =>
        DecideAsync((connection, transaction) => SplitAsync(connection, transaction, bug, StoredText.Clean(signatureHash, StoredText.MaxWord), note, cancellation), cancellation);

    private async Task<BugDecision> DecideAsync(Func<NpgsqlConnection, NpgsqlTransaction, Task<BugDecision>> decide, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await DecisionLock.TakeAsync(connection, transaction, cancellation).ConfigureAwait(false);
                var decision = await decide(connection, transaction).ConfigureAwait(false);
                if (decision.Outcome == BugDecisionOutcome.Done)
                {
                    await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                }

                return decision;
            }
        }
    }

    private async Task<BugDecision> MergeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid bug, Guid into, string? note, CancellationToken cancellation)
    {
        if (await HomeOf(connection, transaction, bug, cancellation).ConfigureAwait(false) is not { } holder)
        {
            return new BugDecision(BugDecisionOutcome.NoSuchBug);
        }

        if (await HomeOf(connection, transaction, into, cancellation).ConfigureAwait(false) is not { } target)
        {
            return new BugDecision(BugDecisionOutcome.NoSuchTarget);
        }

        if (holder != bug || target != into)
        {
            return new BugDecision(BugDecisionOutcome.MergedAlready, holder != bug ? holder : target);
        }

        var now = time.GetUtcNow();
        await Sql.ExecuteAsync(
            connection,
            transaction,
            "UPDATE bug_alias SET bug_id = $2, decided_at = $3, carried_from = NULL, note = coalesce($4, note) WHERE bug_id = $1",
            [bug, into, now, Noted(note)],
            cancellation).ConfigureAwait(false);
        // The decision also covers the target's own signature, so both signatures stay together even if a newer analyser renames them.
        await Sql.ExecuteAsync(
            connection,
            transaction,
            """
            INSERT INTO bug_alias (signature_hash, bug_id, decided_at, note) SELECT signature_hash, $2, $3, $4 FROM bug WHERE id IN ($1, $2)
            ON CONFLICT (signature_hash) DO NOTHING
            """,
            [bug, into, now, Noted(note)],
            cancellation).ConfigureAwait(false);
        var moved = await CrashMove.RunAsync(connection, transaction, bug, into, null, cancellation).ConfigureAwait(false);
        // Retention may have deleted the crashes of some days. Only the bug row still counts those.
        await Sql.ExecuteAsync(
            connection,
            transaction,
            "UPDATE bug SET first_seen = least(bug.first_seen, other.first_seen) FROM bug other WHERE bug.id = $2 AND other.id = $1",
            [bug, into],
            cancellation).ConfigureAwait(false);
        await NotifyAsync(connection, transaction, bug, into, cancellation).ConfigureAwait(false);
        return new BugDecision(BugDecisionOutcome.Done, into, moved.Count);
    }

    private async Task<BugDecision> SplitAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid bug, string hash, string? note, CancellationToken cancellation)
    {
        if (await HomeOf(connection, transaction, bug, cancellation).ConfigureAwait(false) is null)
        {
            return new BugDecision(BugDecisionOutcome.NoSuchBug);
        }

        var own = await ScalarAsync(connection, transaction, "SELECT signature_hash = $2 FROM bug WHERE id = $1", [bug, hash], cancellation).ConfigureAwait(false);
        if (own is true)
        {
            return new BugDecision(BugDecisionOutcome.OwnSignature, bug);
        }

        var held = await ScalarAsync(
            connection,
            transaction,
            "SELECT EXISTS (SELECT 1 FROM bug_alias WHERE signature_hash = $2 AND bug_id = $1) OR EXISTS (SELECT 1 FROM crash WHERE bug_id = $1 AND signature_hash = $2)",
            [bug, hash],
            cancellation).ConfigureAwait(false);
        if (held is not true || await OwnBugAsync(connection, transaction, bug, hash, cancellation).ConfigureAwait(false) is not { } home)
        {
            return new BugDecision(BugDecisionOutcome.NotOfThisBug);
        }

        await Sql.ExecuteAsync(
            connection,
            transaction,
            """
            INSERT INTO bug_alias (signature_hash, bug_id, decided_at, note) VALUES ($1, $2, $3, $4)
            ON CONFLICT (signature_hash) DO UPDATE SET bug_id = excluded.bug_id, decided_at = excluded.decided_at, carried_from = NULL, note = excluded.note
            """,
            [hash, home, time.GetUtcNow(), Noted(note)],
            cancellation).ConfigureAwait(false);
        var moved = await CrashMove.RunAsync(connection, transaction, bug, home, hash, cancellation).ConfigureAwait(false);
        await SeenAgainAsync(connection, transaction, bug, home, cancellation).ConfigureAwait(false);
        await NotifyAsync(connection, transaction, bug, home, cancellation).ConfigureAwait(false);
        return new BugDecision(BugDecisionOutcome.Done, home, moved.Count);
    }

    /// <summary>
    /// Returns the bug that a bug's own signature belongs to: the bug itself, or the one it was merged into. Null if there is no such bug.
    /// </summary>
    private static async Task<Guid?> HomeOf(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid bug, CancellationToken cancellation) =>
        await ScalarAsync(
            connection,
            transaction,
            "SELECT coalesce(a.bug_id, b.id) FROM bug b LEFT JOIN bug_alias a ON a.signature_hash = b.signature_hash WHERE b.id = $1",
            [bug],
            cancellation).ConfigureAwait(false) as Guid?;

    /// <summary>
    /// Returns the bug that is named after a signature. If a newer analyser introduced the signature and no bug has it, a bug is created
    /// from its newest crash.
    /// </summary>
    private static async Task<Guid?> OwnBugAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid holder, string hash, CancellationToken cancellation) =>
        await ScalarAsync(connection, transaction, "SELECT id FROM bug WHERE signature_hash = $1", [hash], cancellation).ConfigureAwait(false) as Guid?
        ?? await ScalarAsync(
            connection,
            transaction,
            """
            INSERT INTO bug (id, signature_hash, signature, kind, class, title, function, module, crash_count, host_count, fatal_count, first_seen, last_seen)
            SELECT $3, signature_hash, coalesce(report ->> 'signature', title), kind, class, title, function, module, 0, 0, 0, received_at, received_at
            FROM crash WHERE bug_id = $1 AND signature_hash = $2 ORDER BY id DESC LIMIT 1
            RETURNING id
            """,
            [holder, hash, Guid.CreateVersion7()],
            cancellation).ConfigureAwait(false) as Guid?;

    /// <summary>After a split, recomputes when both bugs were first and last seen, from the crashes that they still have.</summary>
    private static Task<int> SeenAgainAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid one, Guid other, CancellationToken cancellation) =>
        Sql.ExecuteAsync(
            connection,
            transaction,
            """
            UPDATE bug SET first_seen = first.received_at, first_kernel_release = first.kernel_release,
                last_seen = last.received_at, last_kernel_release = last.kernel_release
            FROM unnest($1::uuid[]) AS wanted(id)
            CROSS JOIN LATERAL (SELECT received_at, kernel_release FROM crash WHERE bug_id = wanted.id ORDER BY id LIMIT 1) AS first
            CROSS JOIN LATERAL (SELECT received_at, kernel_release FROM crash WHERE bug_id = wanted.id ORDER BY id DESC LIMIT 1) AS last
            WHERE bug.id = wanted.id
            """,
            [new[] { one, other }],
            cancellation);

    private static Task<int> NotifyAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid from, Guid to, CancellationToken cancellation) =>
        Sql.ExecuteAsync(
            connection,
            transaction,
            "SELECT pg_notify($1, $2)",
            [CrashNotification.Channel, StoredJson.Write(new CrashNotification { Dumps = 0, Crashes = 0, BugIds = [from, to] })],
            cancellation);

    private static string? Noted(string? note) => StoredText.CleanOrNull(note, StoredText.MaxSentence);

    private static async Task<object?> ScalarAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string text, object?[] values, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(text, connection, transaction);
        Sql.Add(command.Parameters, values);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
    }
}
