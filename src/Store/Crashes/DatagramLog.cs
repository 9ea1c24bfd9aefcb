using System.Buffers.Binary;

namespace Mayday.Store.Crashes;

/// <summary>
/// The container format of <c>/crashes/{id}/raw</c> for netconsole. Each datagram is stored as received, preceded by its length (u32,
/// bytes) and its arrival time (i64, microseconds since the Unix epoch), both little-endian.
/// </summary>
public static class DatagramLog
{
    public const int HeaderLength = sizeof(uint) + sizeof(long);

    public static void WriteHeader(Span<byte> destination, int length, DateTimeOffset arrival) =>
        WriteHeader(destination, length, (arrival - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Same, with the arrival time in microseconds since the Unix epoch.</summary>
    public static void WriteHeader(Span<byte> destination, int length, long arrival)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)length);
        BinaryPrimitives.WriteInt64LittleEndian(destination[sizeof(uint)..], arrival);
    }

    /// <summary>
    /// Takes the next datagram from <paramref name="container"/>. Returns false at the end, or if the container is truncated.
    /// </summary>
    public static bool TryRead(ref ReadOnlySpan<byte> container, out DateTimeOffset arrival, out ReadOnlySpan<byte> datagram)
    {
        arrival = default;
        datagram = default;
        if (container.Length < HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(container);
        if (length > container.Length - HeaderLength)
        {
            return false;
        }

        arrival = DateTimeOffset.UnixEpoch.AddTicks(BinaryPrimitives.ReadInt64LittleEndian(container[sizeof(uint)..]) * TimeSpan.TicksPerMicrosecond);
        datagram = container.Slice(HeaderLength, (int)length);
        container = container[(HeaderLength + (int)length)..];
        return true;
    }
}
