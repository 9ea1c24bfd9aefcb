using System.Buffers.Binary;
using System.IO.Compression;
using Mayday.Agent.Kmsg;

namespace Mayday.Agent.Forwarding;

/// <summary>The form of a batch in the spool, little-endian: version (1 byte), kind (1), events (4), id (16), boot id (16), next record of
/// the kernel log (8), length of the body (4), body, compressed with deflate. Kernel messages shrink to a fifth or less.</summary>
internal static class SpooledBatch
{
    private const byte Version = 1;
    private const int HeaderLength = 50;

    // A body that claims to be larger is damaged: batches are closed at a fraction of this size.
    public const int MostBody = 16 << 20;

    public static byte[] Write(OutgoingBatch batch)
    {
        using var spooled = new MemoryStream(HeaderLength + batch.Body.Length / 2);
        Span<byte> header = stackalloc byte[HeaderLength];
        header[0] = Version;
        header[1] = (byte)batch.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[2..], batch.Events);
        batch.Id.TryWriteBytes(header[6..]);
        batch.Cursor.BootId.TryWriteBytes(header[22..]);
        BinaryPrimitives.WriteUInt64LittleEndian(header[38..], batch.Cursor.NextSequence);
        BinaryPrimitives.WriteInt32LittleEndian(header[46..], batch.Body.Length);
        spooled.Write(header);
        using (var deflate = new DeflateStream(spooled, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(batch.Body);
        }

        return spooled.ToArray();
    }

    /// <summary>Reads a batch; null when the bytes are not a batch.</summary>
    public static OutgoingBatch? Read(ReadOnlySpan<byte> spooled)
    {
        if (spooled.Length < HeaderLength || spooled[0] != Version || spooled[1] is not ((byte)BatchKind.Documents or (byte)BatchKind.Frames))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(spooled[46..]);
        var events = BinaryPrimitives.ReadInt32LittleEndian(spooled[2..]);
        if (length is < 0 or > MostBody || events < 0)
        {
            return null;
        }

        var body = new byte[length];
        try
        {
            using var deflated = new DeflateStream(new MemoryStream(spooled[HeaderLength..].ToArray()), CompressionMode.Decompress);
            deflated.ReadExactly(body);
            if (deflated.ReadByte() >= 0)
            {
                return null;
            }
        }
        catch (Exception damaged) when (damaged is InvalidDataException or EndOfStreamException)
        {
            return null;
        }

        return new OutgoingBatch
        {
            Id = new Guid(spooled.Slice(6, 16)),
            Kind = (BatchKind)spooled[1],
            Events = events,
            Cursor = new KmsgCursor(new Guid(spooled.Slice(22, 16)), BinaryPrimitives.ReadUInt64LittleEndian(spooled[38..])),
            Body = body,
        };
    }
}
