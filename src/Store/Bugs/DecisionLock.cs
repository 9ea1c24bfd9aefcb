using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Bugs;

/// <summary>
/// An advisory lock that keeps the mapping from signatures to bugs stable while crashes are written. Writers share the lock; a decision
/// takes it exclusively. It is the first lock of every transaction, so nobody waits for it while holding another lock.
/// </summary>
internal static class DecisionLock
{
    // The key of the advisory lock: "mayday" in ASCII. Nothing else in the database uses it.
    private const long Key = 0x6D6179646179;

    public static Task ShareAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        Sql.ExecuteAsync(connection, transaction, "SELECT pg_advisory_xact_lock_shared($1)", [Key], cancellation);

    public static Task TakeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        Sql.ExecuteAsync(connection, transaction, "SELECT pg_advisory_xact_lock($1)", [Key], cancellation);

    /// <summary>Used by a rewrite, which needs the exclusive lock only if there are decisions to carry over.</summary>
    public static Task TakeWhereDecidedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        Sql.ExecuteAsync(
            connection,
            transaction,
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM bug_alias) THEN pg_advisory_xact_lock($1)::text ELSE pg_advisory_xact_lock_shared($1)::text END",
            [Key],
            cancellation);
}
