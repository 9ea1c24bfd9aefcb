using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>Hosts are locked until the transaction ends, in order of their ids: two writers never judge one host at once, nor deadlock.</summary>
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
