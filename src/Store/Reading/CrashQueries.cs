using Npgsql;

namespace Mayday.Store;

/// <summary>Everything pages and API read: filters, paging and counts in SQL, no tracking, read models only.</summary>
public sealed partial class CrashQueries(NpgsqlDataSource source, TimeProvider time)
{
    private static int Limit(int limit) => Math.Clamp(limit, 1, PageRequest.MaxLimit);

    private static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
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

    private Task<List<T>> ReadAsync<T>(string text, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        var command = source.CreateCommand(text);
        Sql.Add(command.Parameters, values);
        return ReadAsync(command, read, cancellation);
    }

    private static async Task<int> CountAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        using (command)
        {
            return (int)Math.Min(int.MaxValue, (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!);
        }
    }
}

/// <summary>A cursor that this list did not give out: the caller's mistake, answered with 400.</summary>
public sealed class InvalidCursorException(string message) : Exception(message);
