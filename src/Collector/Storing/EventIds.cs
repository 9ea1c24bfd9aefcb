using System.Diagnostics;
using Mayday.Store;

namespace Mayday.Collector.Storing;

/// <summary>
/// Ids of events: uuid v7 whose free bits begin with the fraction of the millisecond and the place in the batch, so that events that came in one
/// datagram stand in its order everywhere. 40 bits stay random.
/// </summary>
internal static class EventIds
{
    private const int MaxPlace = 1 << 22;

    // 1,000 microseconds on the 4,096 steps of the field (RFC 9562, method 3).
    private const int StepsPerMillisecond = 4096;

    public static Guid Of(DateTimeOffset arrival, int place)
    {
        Debug.Assert(place is >= 0 and < MaxPlace);
        Span<byte> bytes = stackalloc byte[16];
        DumpId.At(arrival).TryWriteBytes(bytes, bigEndian: true, out _);
        var fraction = (int)(arrival.Ticks % TimeSpan.TicksPerMillisecond * StepsPerMillisecond / TimeSpan.TicksPerMillisecond);
        bytes[6] = (byte)(0x70 | (fraction >> 8));
        bytes[7] = (byte)fraction;
        bytes[8] = (byte)(0x80 | ((place >> 16) & 0x3f));
        bytes[9] = (byte)(place >> 8);
        bytes[10] = (byte)place;
        return new Guid(bytes, bigEndian: true);
    }
}
