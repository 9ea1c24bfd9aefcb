using System.Diagnostics.CodeAnalysis;

namespace Mayday.Collector.Receive;

/// <summary>
/// Where a receiving thread gathers the records of one wake-up: a buffer of its own that it fills again and again; what is in it goes on as blocks
/// of their exact size. A record costs a copy and no allocation, a wake-up one small object.
/// </summary>
internal sealed class EventBlockWriter
{
    // A wake-up of a busy shard brings some 20 KB of records; a flood comes as several blocks.
    private const int BlockLength = 64 << 10;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BlockLength);
    private readonly Queue<EventBlock> _full = new();
    private int _length;
    private int _count;

    public void Add(in SourceEndPoint source, EventOrigin origin, long arrival, ReadOnlySpan<byte> record)
    {
        var length = EventEntry.HeadLength + record.Length;
        if (length > BlockLength - _length)
        {
            Close();
        }

        if (length > BlockLength)
        {
            // Longer than any datagram: the largest is 64 KiB less its headers. Kept for the caller that comes with one all the same.
            var alone = new byte[length];
            EventEntry.WriteHead(alone, source, origin, arrival, record.Length);
            record.CopyTo(alone.AsSpan(EventEntry.HeadLength));
            _full.Enqueue(new EventBlock(alone, 1));
            return;
        }

        var entry = _buffer.AsSpan(_length, length);
        EventEntry.WriteHead(entry, source, origin, arrival, record.Length);
        record.CopyTo(entry[EventEntry.HeadLength..]);
        _length += length;
        _count++;
    }

    public bool TryTake([NotNullWhen(true)] out EventBlock? block)
    {
        if (_full.Count == 0)
        {
            Close();
        }

        return _full.TryDequeue(out block);
    }

    private void Close()
    {
        if (_count > 0)
        {
            _full.Enqueue(new EventBlock(_buffer.AsSpan(0, _length), _count));
            _length = 0;
            _count = 0;
        }
    }
}
