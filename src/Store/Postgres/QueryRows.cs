using Npgsql;

namespace Mayday.Store.Postgres;

/// <summary>Runs a command and reads the rows of its result.</summary>
internal static class QueryRows
{
    public static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        var rows = new List<T>();
        using (command)
        {
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    rows.Add(read(reader));
                }
            }
        }

        return rows;
    }

    public static async Task<int> CountAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        using (command)
        {
            return (int)Math.Min(int.MaxValue, (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!);
        }
    }
}
