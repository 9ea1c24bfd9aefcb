using Npgsql;

namespace Mayday.Store.Postgres;

/// <summary>Base of all query classes. They only read, without change tracking, and run filters and paging in SQL.</summary>
public abstract class SqlQueries
{
    private protected SqlQueries(NpgsqlDataSource source, TimeProvider time)
    {
        Source = source;
        Time = time;
    }

    private protected NpgsqlDataSource Source { get; }

    private protected TimeProvider Time { get; }

    private protected static int Limit(int limit) => Math.Clamp(limit, 1, PageRequest.MaxLimit);

    private protected static Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation) =>
        QueryRows.ReadAsync(command, read, cancellation);

    private protected Task<List<T>> ReadAsync<T>(string text, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        var command = Source.CreateCommand(text);
        Sql.Add(command.Parameters, values);
        return ReadAsync(command, read, cancellation);
    }

    private protected static Task<int> CountAsync(NpgsqlCommand command, CancellationToken cancellation) => QueryRows.CountAsync(command, cancellation);
}
