using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mayday.Store.Postgres;

/// <summary>
/// Encodes rows in the binary format of COPY (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format") into one pooled
/// buffer: integers in network byte order, each field preceded by its length, -1 for null. Used for tables that take thousands of rows a
/// second, where Npgsql's importer spends more time on its call for a value than on the value.
/// </summary>
internal sealed class CopyBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FieldHeader = sizeof(int);
    private const int TextOid = 25;
    private const byte JsonbVersion = 1;

    // The epoch of timestamptz, which counts microseconds.
    private static readonly long s_epoch = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(256 * 1024);
    private int _length;
    private Utf8JsonWriter? _json;

    public int Length => _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Dispose()
    {
        _json?.Dispose();
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    void IBufferWriter<byte>.Advance(int count) => _length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_length);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Reserve(Math.Max(sizeHint, 1));

    /// <summary>Writes the header before the first row: signature, flags, no extension.</summary>
    public void Begin()
    {
        Raw("PGCOPY\n"u8);
        Raw([0xff, (byte)'\r', (byte)'\n', 0]);
        Raw([0, 0, 0, 0, 0, 0, 0, 0]);
    }

    /// <summary>Writes the trailer after the last row.</summary>
    public void End() => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), -1);

    public void Row(short fields) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), fields);

    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Take(FieldHeader), -1);

    public void Add(bool value) => Field(1)[0] = value ? (byte)1 : (byte)0;

    public void Add(short value) => BinaryPrimitives.WriteInt16BigEndian(Field(sizeof(short)), value);

    public void Add(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(sizeof(int)), value);

    public void Add(long value) => BinaryPrimitives.WriteInt64BigEndian(Field(sizeof(long)), value);

    public void Add(double value) => BinaryPrimitives.WriteDoubleBigEndian(Field(sizeof(double)), value);

    public void Add(Guid value) => value.TryWriteBytes(Field(16), bigEndian: true, out _);

    public void Add(DateTimeOffset value) => Add((value.UtcTicks - s_epoch) / TimeSpan.TicksPerMicrosecond);

    public void AddOrNull(bool? value)
    {
        if (value is { } flag)
        {
            Add(flag);
        }
        else
        {
            Null();
        }
    }

    public void AddOrNull(int? value)
    {
        if (value is { } number)
        {
            Add(number);
        }
        else
        {
            Null();
        }
    }

    public void AddOrNull(long? value)
    {
        if (value is { } number)
        {
            Add(number);
        }
        else
        {
            Null();
        }
    }

    public void AddOrNull(double? value)
    {
        if (value is { } number)
        {
            Add(number);
        }
        else
        {
            Null();
        }
    }

    public void AddOrNull(DateTimeOffset? value)
    {
        if (value is { } time)
        {
            Add(time);
        }
        else
        {
            Null();
        }
    }

    public void AddOrNull(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var room = Reserve(FieldHeader + Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, room[FieldHeader..]);
        BinaryPrimitives.WriteInt32BigEndian(room, length);
        _length += FieldHeader + length;
    }

    public void Add(ReadOnlySpan<byte> value) => value.CopyTo(Field(value.Length));

    /// <summary>bytea; an empty value is written as null.</summary>
    public void AddBytesOrNull(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            Null();
        }
        else
        {
            value.CopyTo(Field(value.Length));
        }
    }

    /// <summary>A UTF-8 document, preceded by the version number of the jsonb format.</summary>
    public void AddJsonbOrNull(byte[]? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var field = Field(1 + value.Length);
        field[0] = JsonbVersion;
        value.CopyTo(field[1..]);
    }

    /// <summary>Serialises an object as jsonb directly into the buffer.</summary>
    public void AddJsonb<T>(T value, JsonTypeInfo<T> type)
    {
        var start = _length;
        Take(FieldHeader + 1)[FieldHeader] = JsonbVersion;
        if (_json is null)
        {
            _json = new Utf8JsonWriter(this, StoredJson.Unescaped);
        }
        else
        {
            _json.Reset();
        }

        JsonSerializer.Serialize(_json, value, type);
        _json.Flush();
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), _length - start - FieldHeader);
    }

    /// <summary>text[] with one dimension.</summary>
    public void AddOrNull(string[]? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var start = _length;
        Take(FieldHeader);
        foreach (var part in (ReadOnlySpan<int>)[1, 0, TextOid, value.Length, 1])
        {
            BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), part);
        }

        foreach (var text in value)
        {
            AddOrNull(text);
        }

        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), _length - start - FieldHeader);
    }

    private void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    private Span<byte> Field(int length)
    {
        var field = Take(FieldHeader + length);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        return field[FieldHeader..];
    }

    private Span<byte> Take(int length)
    {
        var room = Reserve(length)[..length];
        _length += length;
        return room;
    }

    private Span<byte> Reserve(int length)
    {
        if (_bytes.Length - _length < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + length));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
