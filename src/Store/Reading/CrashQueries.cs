using Npgsql;

namespace Mayday.Store;

/// <summary>Everything pages and API read: filters, paging and counts in SQL, no tracking, read models only.</summary>
public sealed partial class CrashQueries(NpgsqlDataSource source, TimeProvider time)
{
    private static int Limit(int limit) => Math.Clamp(limit, 1, PageRequest.MaxLimit);

    private static Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation) =>
        QueryRows.ReadAsync(command, read, cancellation);

    private Task<List<T>> ReadAsync<T>(string text, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        var command = source.CreateCommand(text);
        Sql.Add(command.Parameters, values);
        return ReadAsync(command, read, cancellation);
    }

    private static Task<int> CountAsync(NpgsqlCommand command, CancellationToken cancellation) => QueryRows.CountAsync(command, cancellation);
}

/// <summary>A cursor that this list did not give out: the caller's mistake, answered with 400.</summary>
public sealed class InvalidCursorException(string message) : Exception(message);
