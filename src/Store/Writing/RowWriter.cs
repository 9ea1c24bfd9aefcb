using Npgsql;
using NpgsqlTypes;

namespace Mayday.Store;

/// <summary>One row of a binary COPY, value by value.</summary>
internal readonly struct RowWriter(NpgsqlBinaryImporter copy, CancellationToken cancellation)
{
    public Task StartAsync() => copy.StartRowAsync(cancellation);

    public Task AddAsync(string? value, NpgsqlDbType type) => value is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(value, type, cancellation);

    public Task AddAsync(byte[] value, NpgsqlDbType type) => copy.WriteAsync(value, type, cancellation);

    public Task AddAsync<T>(T value, NpgsqlDbType type)
        where T : struct => copy.WriteAsync(value, type, cancellation);

    public Task AddOrNullAsync<T>(T? value, NpgsqlDbType type)
        where T : struct => value is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(value.Value, type, cancellation);

    public Task AddBytesOrNullAsync(ReadOnlyMemory<byte> value) =>
        value.IsEmpty ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(value, NpgsqlDbType.Bytea, cancellation);
}
