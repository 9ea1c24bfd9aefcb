using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Bugs;

/// <summary>
/// Which bug a signature belongs to stands still while crashes are written: writers share this lock, a decision takes it alone. It is the
/// first lock of every transaction, so nobody who holds another one waits for it.
/// </summary>
internal static class DecisionLock
{
    // Any number that nothing else in the database uses: "mayday" in ASCII.
    private const long Key = 0x6D6179646179;

    public static Task ShareAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        Sql.ExecuteAsync(connection, transaction, "SELECT pg_advisory_xact_lock_shared($1)", [Key], cancellation);

    public static Task TakeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        Sql.ExecuteAsync(connection, transaction, "SELECT pg_advisory_xact_lock($1)", [Key], cancellation);

    /// <summary>For a rewrite: it decides only where there are decisions to carry on.</summary>
    public static Task TakeWhereDecidedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        Sql.ExecuteAsync(
            connection,
            transaction,
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM bug_alias) THEN pg_advisory_xact_lock($1)::text ELSE pg_advisory_xact_lock_shared($1)::text END",
            [Key],
            cancellation);
}
