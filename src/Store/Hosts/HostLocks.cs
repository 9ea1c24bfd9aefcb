using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>
/// Locks hosts until the transaction ends, in id order. So two writers never decide about one host at the same time, and never deadlock.
/// </summary>
internal static class HostLocks
{
    public static async Task TakeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Guid> hosts, CancellationToken cancellation)
    {
        var wanted = hosts.Distinct().ToArray();
        using var command = new NpgsqlCommand(
            "SELECT count(*) FROM (SELECT id FROM host WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE) AS locked", connection, transaction);
        Sql.Add(command.Parameters, [wanted]);
        if (await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is not long locked || locked != wanted.Length)
        {
            throw new HostsMergedException();
        }
    }
}
