using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>Finds the hosts that a user's text (id, name, address, "web-*") refers to.</summary>
internal static class HostSearch
{
    public static async Task<Guid[]> FindAsync(NpgsqlDataSource source, string host, CancellationToken cancellation)
    {
        var text = StoredText.Clean(host.Trim(), StoredText.MaxName);
        var isPrefix = text.EndsWith('*');
        using var command = source.CreateCommand(isPrefix
            ? "SELECT id FROM host WHERE name LIKE $1 UNION SELECT host_id FROM host_address WHERE address LIKE $1"
            : "SELECT id FROM host WHERE name = $1 OR id = $2 UNION SELECT host_id FROM host_address WHERE address = $1");
        Sql.Add(command.Parameters, isPrefix
            ? [Conditions.StartingWith(text[..^1])]
            : [text, Guid.TryParse(text, out var id) ? id : Guid.Empty]);
        var found = new List<Guid>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                found.Add(reader.GetGuid(0));
            }
        }

        return [.. found];
    }
}
