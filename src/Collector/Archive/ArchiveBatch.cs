using System.Buffers;
using System.Buffers.Binary;
using Mayday.Collector.Datagrams;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Archive;

/// <summary>Lines on their way from a receiving thread to the archive worker. Each entry is the sender (address, kind) and the datagram
/// with the header of <see cref="DatagramLog"/>; the entries follow each other in pooled memory. Owned by one thread at a time.</summary>
internal sealed class ArchiveBatch(int bytes)
{
    private const int SenderLength = sizeof(ulong) + sizeof(ulong) + 1;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(bytes);
    private int _length;
    private int _read;

    public int Lines { get; private set; }

    public bool TryAdd(in SourceEndPoint source, bool isExtended, ReadOnlySpan<byte> datagram, Moment now)
    {
        var need = SenderLength + DatagramLog.HeaderLength + datagram.Length;
        if (_length + need > bytes)
        {
            return false;
        }

        var place = _bytes.AsSpan(_length, need);
        BinaryPrimitives.WriteUInt64LittleEndian(place, source.High);
        BinaryPrimitives.WriteUInt64LittleEndian(place[sizeof(ulong)..], source.Low);
        place[SenderLength - 1] = isExtended ? (byte)1 : (byte)0;
        DatagramLog.WriteHeader(place[SenderLength..], datagram.Length, now.Unix);
        datagram.CopyTo(place[(SenderLength + DatagramLog.HeaderLength)..]);
        _length += need;
        Lines++;
        return true;
    }

    /// <summary>Reads the next line: its sender, its arrival time, and its bytes including their header.</summary>
    public bool TryRead(out ArchiveSender sender, out DateTimeOffset arrival, out ReadOnlySpan<byte> entry)
    {
        sender = default;
        arrival = default;
        entry = default;
        if (_read >= _length)
        {
            return false;
        }

        ReadOnlySpan<byte> place = _bytes.AsSpan(_read, _length - _read);
        sender = new ArchiveSender(
            BinaryPrimitives.ReadUInt64LittleEndian(place), BinaryPrimitives.ReadUInt64LittleEndian(place[sizeof(ulong)..]), place[SenderLength - 1] == 1);
        var rest = place[SenderLength..];
        if (!DatagramLog.TryRead(ref rest, out arrival, out var datagram))
        {
            return false;
        }

        entry = place.Slice(SenderLength, DatagramLog.HeaderLength + datagram.Length);
        _read += SenderLength + entry.Length;
        return true;
    }

    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}

/// <summary>The sender of a line: an address without the port, and the format.</summary>
internal readonly record struct ArchiveSender(ulong High, ulong Low, bool IsExtended);
