using System.Buffers.Binary;
using System.Numerics;

namespace Mayday.Agent.Forwarding;

/// <summary>One file of the spool: eight bytes of magic, then records of length (4 bytes), checksum (CRC-32C of the payload, 4 bytes) and
/// payload, little-endian. It is only appended to. A tail cut short by the end of the process or machine is found by its checksum and
/// overwritten.</summary>
internal sealed class SpoolFile(string path, long number)
{
    public const int HeaderLength = 8;
    public const int RecordOverhead = 8;

    private static ReadOnlySpan<byte> Magic => "MDAGENT1"u8;

    public string Path { get; } = path;

    public long Number { get; } = number;

    /// <summary>Bytes up to the end of the last valid record.</summary>
    public long Length { get; private set; }

    /// <summary>Where the next record to send begins.</summary>
    public long Position { get; set; } = HeaderLength;

    /// <summary>Batches from that position on.</summary>
    public long Batches { get; set; }

    /// <summary>Walks the file and shows each sound record from <see cref="Position"/> on.</summary>
    /// <param name="found">Takes the payloads.</param>
    /// <returns>False when it ends in something else than a sound record.</returns>
    public bool Scan(Action<byte[]> found)
    {
        using var file = File.OpenRead(Path);
        Span<byte> magic = stackalloc byte[HeaderLength];
        if (file.ReadAtLeast(magic, HeaderLength, throwOnEndOfStream: false) < HeaderLength || !magic.SequenceEqual(Magic))
        {
            return file.Length == 0;
        }

        Length = HeaderLength;
        while (TryRead(file, out var payload))
        {
            if (Length >= Position)
            {
                found(payload);
            }

            Length = file.Position;
        }

        return Length == file.Length;
    }

    /// <summary>Appends a record and flushes it to disk before it returns; on failure the file keeps its old length.</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Append(ReadOnlySpan<byte> payload)
    {
        using var file = new FileStream(Path, ForAppending());
        if (Length == 0)
        {
            file.SetLength(0);
            file.Write(Magic);
        }
        else
        {
            file.SetLength(Length);
            file.Position = Length;
        }

        Span<byte> head = stackalloc byte[RecordOverhead];
        BinaryPrimitives.WriteInt32LittleEndian(head, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[sizeof(int)..], Checksum(payload));
        file.Write(head);
        file.Write(payload);
        file.Flush(flushToDisk: true);
        Length = file.Position;
    }

    /// <summary>Reads the record at <see cref="Position"/>.</summary>
    /// <param name="payload">Its payload.</param>
    /// <param name="next">Where the one behind it begins.</param>
    /// <returns>False at the end, and where it is damaged.</returns>
    public bool TryReadNext(out byte[] payload, out long next)
    {
        payload = [];
        next = Position;
        if (Position >= Length)
        {
            return false;
        }

        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Position;
        if (!TryRead(file, out payload))
        {
            return false;
        }

        next = file.Position;
        return true;
    }

    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }

    // Kernel messages may reveal what users do, so only the owner may read the file, whatever the folder allows.
    private static FileStreamOptions ForAppending()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static bool TryRead(FileStream file, out byte[] payload)
    {
        payload = [];
        Span<byte> head = stackalloc byte[RecordOverhead];
        if (file.ReadAtLeast(head, RecordOverhead, throwOnEndOfStream: false) < RecordOverhead)
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
}
