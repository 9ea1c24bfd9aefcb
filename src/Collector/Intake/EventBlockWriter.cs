using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;

namespace Mayday.Collector.Intake;

/// <summary>Collects the records of one wake-up in a buffer that is reused. The content is handed on as blocks of their exact size. A
/// record costs one copy and no allocation; a wake-up costs one small object.</summary>
internal sealed class EventBlockWriter(ShardJournal? journal = null)
{
    // A wake-up of a busy shard brings about 20 KB of records; a flood is split into several blocks.
    private const int BlockLength = 64 << 10;

    // No record is shorter than this: a header alone is longer.
    private const int ShortestRecord = 32;

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(BlockLength);
    private readonly Queue<EventBlock> _full = new();
    private int _length;
    private int _count;
    private long _ticket;
    private List<Range>? _printed;

    /// <summary>The records of the current datagram follow. All of them go into one block, and the journal keeps the datagram under that
    /// block's ticket.</summary>
    public void BeginDatagram(int length, Moment now)
    {
        if (journal is null)
        {
            return;
        }

        var most = length + EventEntry.HeadLength * (length / ShortestRecord + 1);
        if (most > _buffer.Length - _length)
        {
            Close();
            if (most > _buffer.Length)
            {
                Array.Resize(ref _buffer, most);
            }
        }

        _ticket = journal.AddEvents(_ticket, now);
    }

    public void Add(in SourceEndPoint source, EventOrigin origin, long arrival, ReadOnlySpan<byte> record)
    {
        var length = EventEntry.HeadLength + record.Length;
        if (length > _buffer.Length - _length)
        {
            Close();
        }

        if (length > _buffer.Length)
        {
            // Longer than any UDP datagram (64 KiB less its headers). Handled anyway, in case a caller passes more.
            var alone = new byte[length];
            EventEntry.WriteHead(alone, source, origin, arrival, record.Length);
            record.CopyTo(alone.AsSpan(EventEntry.HeadLength));
            _full.Enqueue(new EventBlock(alone, 1));
            return;
        }

        var entry = _buffer.AsSpan(_length, length);
        EventEntry.WriteHead(entry, source, origin, arrival, record.Length);
        record.CopyTo(entry[EventEntry.HeadLength..]);
        if (origin == EventOrigin.Printk && journal is not null)
        {
            (_printed ??= []).Add(_length..(_length + length));
        }

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
            KeepPrinted();
            _full.Enqueue(new EventBlock(_buffer.AsSpan(0, _length), _count, journal, _ticket));
            _ticket = 0;
            _length = 0;
            _count = 0;
        }
    }

    // Rare: most kernels print no such records.
    private void KeepPrinted()
    {
        if (_printed is not { Count: > 0 } printed)
        {
            return;
        }

        var entries = new ArrayBufferWriter<byte>();
        foreach (var range in printed)
        {
            entries.Write(_buffer.AsSpan(range));
        }

        _ticket = journal!.AddPrintedEvents(_ticket, entries.WrittenSpan);
        printed.Clear();
    }
}
