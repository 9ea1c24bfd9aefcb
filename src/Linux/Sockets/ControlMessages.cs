using System.Buffers.Binary;

namespace Mayday.Linux.Sockets;

/// <summary>
/// Walks the control messages of one datagram. <c>struct cmsghdr</c> of 64-bit Linux: length with header (8 bytes), level (4), type (4), then the
/// payload; the next one begins at a multiple of 8. A length that cannot be ends the walk.
/// </summary>
internal ref struct ControlMessages(ReadOnlySpan<byte> bytes)
{
    private const int HeaderLength = 16;

    private ReadOnlySpan<byte> _rest = bytes;

    public int Level { get; private set; }

    public int Type { get; private set; }

    public ReadOnlySpan<byte> Payload { get; private set; }

    public bool TryNext()
    {
        if (_rest.Length < HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
        if (length < HeaderLength || length > (ulong)_rest.Length)
        {
            return false;
        }

        Level = BinaryPrimitives.ReadInt32LittleEndian(_rest[8..]);
        Type = BinaryPrimitives.ReadInt32LittleEndian(_rest[12..]);
        Payload = _rest[HeaderLength..(int)length];
        _rest = _rest[Math.Min(((int)length + 7) & ~7, _rest.Length)..];
        return true;
    }
}
