using System.Buffers.Binary;

namespace Mayday.Store;

/// <summary>Ids are uuid v7: their order is time order, so since/until become id bounds and partitions prune.</summary>
public static class DumpId
{
    public static Guid At(DateTimeOffset time) => Guid.CreateVersion7(time);

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
