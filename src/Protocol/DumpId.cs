using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Mayday.Protocol;

/// <summary>Ids are uuid v7: their order is time order, so since/until become id bounds and partitions prune.</summary>
public static class DumpId
{
    /// <summary>A new id for what came at <paramref name="time"/>; the millisecond is in its first 48 bits.</summary>
    public static Guid At(DateTimeOffset time) => Guid.CreateVersion7(time);

    /// <summary>
    /// The id of what came at <paramref name="place"/> (from 0, below 4 million) among those that came together: its free bits begin with the
    /// fraction of the millisecond and the place, so that those of one datagram stand in its order everywhere. 40 bits stay random.
    /// </summary>
    public static Guid At(DateTimeOffset time, int place)
    {
        // 1,000 microseconds on the 4,096 steps of the field (RFC 9562, 6.2, method 3).
        const int StepsPerMillisecond = 4096;
        Debug.Assert(place is >= 0 and < 1 << 22);
        Span<byte> bytes = stackalloc byte[16];
        At(time).TryWriteBytes(bytes, bigEndian: true, out _);
        var fraction = (int)(time.Ticks % TimeSpan.TicksPerMillisecond * StepsPerMillisecond / TimeSpan.TicksPerMillisecond);
        bytes[6] = (byte)(0x70 | (fraction >> 8));
        bytes[7] = (byte)fraction;
        bytes[8] = (byte)(0x80 | ((place >> 16) & 0x3f));
        bytes[9] = (byte)(place >> 8);
        bytes[10] = (byte)place;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>An id of something that came of <paramref name="cause"/>: it stands where that stands among the others.</summary>
    public static Guid Beside(Guid cause)
    {
        Span<byte> bytes = stackalloc byte[16];
        cause.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[11..]);
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

    /// <summary>The time inside an id, UTC, to the millisecond.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }
}
