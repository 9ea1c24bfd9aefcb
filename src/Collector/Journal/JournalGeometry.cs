using System.Buffers.Binary;
using Mayday.Linux.Sockets;

namespace Mayday.Collector.Journal;

/// <summary>Layout of a shard's journal file: a page of header, the landing area that the kernel receives into, the ring of dumps, the ring
/// of lines. The header stores the sizes, so that a file written with other settings can still be read.</summary>
internal sealed record JournalGeometry(int Shards, int Slots, int SlotLength, long DumpBytes, long LineBytes)
{
    public const int HeaderBytes = 4096;

    // Words that change with every datagram have cache lines of their own.
    public const int LandedFromWord = 64;
    public const int DumpsHeadWord = 128;
    public const int DumpsTailWord = 192;
    public const int LinesHeadWord = 256;
    public const int LinesTailWord = 320;
    public const int InHandWord = 384;
    public const int SuspectWord = 392;
    public const int DeathsWord = 400;
    public const int EventsDoneWord = 448;

    // Two words per socket: its cookie, and how many of its drops were reported.
    public const int DropsWords = 512;
    public const int MostSockets = 32;

    private const int Page = 4096;
    private const long LargestRing = 1L << 40;

    private static ReadOnlySpan<byte> Magic => "MDJRNL01"u8;

    public long LandingBytes => RoundUp(LandingArea.Bytes(Slots, SlotLength));

    public long FileBytes => HeaderBytes + LandingBytes + DumpBytes + LineBytes;

    public static JournalGeometry Of(CollectorOptions options, int shards) => new(
        shards,
        options.Receive.Batch,
        options.Receive.MaxDatagramBytes,
        RoundUp(options.Journal.DumpBytes / shards),
        RoundUp(options.Journal.LineBytes / shards));

    /// <summary>Reads a header. Returns null unless it is a complete header of this version with plausible sizes.</summary>
    public static JournalGeometry? Read(ReadOnlySpan<byte> header, long fileLength)
    {
        if (header.Length < HeaderBytes || !header.StartsWith(Magic))
        {
            return null;
        }

        var read = new JournalGeometry(
            BinaryPrimitives.ReadInt32LittleEndian(header[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
        return read is { Shards: > 0 and <= 1024, Slots: > 0 and <= 1024, SlotLength: > 0 and <= 65_536, DumpBytes: >= Page and <= LargestRing, LineBytes: >= Page and <= LargestRing }
            && read.DumpBytes % Page == 0 && read.LineBytes % Page == 0 && read.FileBytes == fileLength ? read : null;
    }

    /// <summary>The magic number is written last, so that a half-written file is not recognised as a journal.</summary>
    public void Write(Span<byte> header)
    {
        header[..HeaderBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Shards);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], Slots);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], SlotLength);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], DumpBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], LineBytes);
        Magic.CopyTo(header);
    }

    private static long RoundUp(long bytes) => (bytes + Page - 1) / Page * Page;
}
