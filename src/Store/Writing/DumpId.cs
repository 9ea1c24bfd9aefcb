using System.Buffers.Binary;

namespace Mayday.Store;

/// <summary>Ids are uuid v7: their order is time order, so since/until become id bounds and partitions prune.</summary>
public static class DumpId
{
    public static Guid At(DateTimeOffset time) => Guid.CreateVersion7(time);

    /// <summary>
    /// The id of what came at <paramref name="place"/> (from 0) among those that came together: their ids are in their order, which chance would
    /// not keep within a millisecond. 4,096 fit one; those behind them count for the next.
    /// </summary>
    public static Guid At(DateTimeOffset time, int place)
    {
        const int MaxPlaces = 4096;
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(time.AddMilliseconds(place / MaxPlaces)).TryWriteBytes(bytes, bigEndian: true, out _);
        // RFC 9562, 6.2, method 1: a counter in rand_a, the 12 bits behind time and version.
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (place % MaxPlaces)));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The smallest id of a millisecond: lower bound (inclusive) of "since", upper bound (exclusive) of "until".</summary>
    public static Guid FirstAt(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }

    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }
}
