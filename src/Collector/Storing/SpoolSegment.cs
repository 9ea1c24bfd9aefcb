using System.Buffers.Binary;
using System.Numerics;

namespace Mayday.Collector.Storing;

/// <summary>One file of the spool: eight bytes of magic, then records of length, checksum (CRC-32C of the payload), payload. Written once
/// from front to back. A record cut short by the end of the process is recognised by its checksum.</summary>
internal sealed class SpoolSegment(string path)
{
    public const int HeaderLength = 8;
    public const int RecordOverhead = 8;

    private static ReadOnlySpan<byte> Magic => "MDSPOOL1"u8;

    public string Path { get; } = path;

    /// <summary>Number of valid records.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes up to the end of the last valid record.</summary>
    public long Length { get; private set; }

    /// <summary>Where the next record to replay begins.</summary>
    public long Position { get; set; } = HeaderLength;

    public int Replayed { get; set; }

    /// <summary>Timestamp of <see cref="TimeProvider"/> since which it ages: of its last write, or of the start that found it.</summary>
    public long AgesSince { get; set; }

    /// <summary>Appends payloads and flushes them to disk before it returns. On failure the file keeps its old length.</summary>
    public void Append(IReadOnlyList<byte[]> payloads)
    {
        using var file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        try
        {
            if (Length == 0)
            {
                file.SetLength(0);
                file.Write(Magic);
            }
            else
            {
                file.Position = Length;
            }

            Span<byte> head = stackalloc byte[RecordOverhead];
            foreach (var payload in payloads)
            {
                BinaryPrimitives.WriteInt32LittleEndian(head, payload.Length);
                BinaryPrimitives.WriteUInt32LittleEndian(head[sizeof(int)..], Checksum(payload));
                file.Write(head);
                file.Write(payload);
            }

            file.Flush(flushToDisk: true);
            Length = file.Position;
            Count += payloads.Count;
        }
        catch
        {
            TryCut(file);
            throw;
        }
    }

    /// <summary>Reads the file and counts valid records; false when it ends in a damaged one.</summary>
    public bool Scan()
    {
        Count = 0;
        Length = 0;
        using var file = File.OpenRead(Path);
        if (file.Length < HeaderLength || !ReadHeader(file))
        {
            return file.Length == 0;
        }

        Length = HeaderLength;
        while (TryRead(file, out _))
        {
            Count++;
            Length = file.Position;
        }

        return Length == file.Length;
    }

    /// <summary>Reads records from <see cref="Position"/> on, up to the limits, each with the position of the next.</summary>
    public IReadOnlyList<(byte[] Payload, long End)> Read(int maxRecords, long maxBytes)
    {
        var payloads = new List<(byte[], long)>();
        var next = Position;
        if (Length <= Position)
        {
            return payloads;
        }

        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Position;
        long bytes = 0;
        while (payloads.Count < maxRecords && bytes < maxBytes && next < Length && TryRead(file, out var payload))
        {
            next = file.Position;
            payloads.Add((payload, next));
            bytes += payload.Length;
        }

        return payloads;
    }

    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }

    private static bool ReadHeader(FileStream file)
    {
        Span<byte> magic = stackalloc byte[HeaderLength];
        file.ReadExactly(magic);
        return magic.SequenceEqual(Magic);
    }

    private static bool TryRead(FileStream file, out byte[] payload)
    {
        payload = [];
        Span<byte> head = stackalloc byte[RecordOverhead];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 0 || length > file.Length - file.Position)
        {
            return false;
        }

        payload = GC.AllocateUninitializedArray<byte>(length);
        file.ReadExactly(payload);
        return Checksum(payload) == BinaryPrimitives.ReadUInt32LittleEndian(head[sizeof(int)..]);
    }

    private void TryCut(FileStream file)
    {
        try
        {
            file.SetLength(Length);
        }
        catch (IOException)
        {
            // A full disk may refuse even the truncation; the checksum then shows that the rest is not a record.
        }
    }
}
