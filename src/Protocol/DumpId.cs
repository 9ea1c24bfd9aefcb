using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Mayday.Protocol;

/// <summary>Ids are UUID v7: their order is time order. Filters on time therefore become bounds on the id, and Postgres can skip
/// partitions.</summary>
public static class DumpId
{
    /// <summary>A new id for something that arrived at <paramref name="time"/>; its first 48 bits are the time in milliseconds.</summary>
    public static Guid At(DateTimeOffset time) => Guid.CreateVersion7(time);

    /// <summary>The id of item number <paramref name="place"/> (from 0, below 4 million) of several that arrived together. Its free bits
    /// begin with the fraction of the millisecond and the place, so that the items of one datagram keep their order wherever they are
    /// sorted by id. 40 bits stay random.</summary>
    public static Guid At(DateTimeOffset time, int place)
    {
        // Maps 1,000 microseconds to the 4,096 steps of the field (RFC 9562, 6.2, method 3).
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

    /// <summary>An id for something derived from <paramref name="cause"/>. It sorts next to that id.</summary>
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

    /// <summary>The time in an id, UTC, in milliseconds.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }
}
