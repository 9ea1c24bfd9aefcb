using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Mayday.Collector.Storing;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Storing.Events;

/// <summary>Records which blocks of events are being written to Postgres, and under which batch key, in a small file beside the shards'
/// journals. The file is written before the batch, so that after a kill the next process uses the same key for the same blocks, and the
/// store knows whether it has them. Everything found at the start goes into the spool at once: first the batch that was being written, then
/// the rest.</summary>
internal sealed class EventJournal : IDisposable
{
    private const string FileName = "events.batch";
    private const uint Mark = 0x3142_4556;
    private const int KeyAt = 12;
    private const int RangesAt = KeyAt + 16;
    private const int RangeLength = 16;

    // The last bytes of the key tell the batches of one restore apart.
    private const int NumberAt = 12;

    private readonly FileStream _file;
    private readonly ShardJournal?[] _shards;
    private readonly (long From, long To)[] _ranges;
    private readonly byte[] _bytes;

    private EventJournal(FileStream file, ShardJournal?[] shards)
    {
        _file = file;
        _shards = shards;
        _ranges = new (long, long)[shards.Length];
        _bytes = new byte[RangesAt + shards.Length * RangeLength + sizeof(uint)];
    }

    /// <summary>Opens the file and moves what the last process left behind into the spool. Must be called before the shards run.</summary>
    public static EventJournal Open(
        CollectorOptions options, IReadOnlyList<(ShardJournal? Journal, RestoredJournal[] Left)> shards, EventSpool spool, CollectorCounters counters, ILogger log)
    {
        var path = Path.Combine(Path.GetFullPath(options.Journal.ResolveDirectory()), FileName);
        var settings = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            settings.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var journal = new EventJournal(new FileStream(path, settings), [.. shards.Select(shard => shard.Journal)]);
        try
        {
            journal.Restore([.. shards.SelectMany(shard => shard.Left)], spool, options.Storing.BatchEvents, counters, log);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>These blocks are about to be written to the store together, under this key.</summary>
    public void Begin(Guid key, IReadOnlyList<EventBlock> blocks)
    {
        Array.Clear(_ranges);
        foreach (var block in blocks)
        {
            if (block.Journal is { } journal)
            {
                Widen(ref _ranges[Array.IndexOf(_shards, journal)], block.Ticket);
            }
        }

        Write(key, eventsABatch: 0);
    }

    /// <summary>These blocks are stored, spooled or counted as lost.</summary>
    public void End(IReadOnlyList<EventBlock> blocks)
    {
        for (var shard = 0; shard < _shards.Length; shard++)
        {
            _shards[shard]?.SettleEventsTo(_ranges[shard].To);
        }

        foreach (var block in blocks)
        {
            block.Settle();
        }
    }

    public void Dispose() => _file.Dispose();

    private static void Widen(ref (long From, long To) range, long ticket) =>
        range = range.To == 0 ? (ticket, ticket) : (Math.Min(range.From, ticket), Math.Max(range.To, ticket));

    private void Restore(RestoredJournal[] left, EventSpool spool, int eventsABatch, CollectorCounters counters, ILogger log)
    {
        var waiting = left.OrderBy(journal => journal.Shard).SelectMany(journal => journal.Events.Select(ticket => (Journal: journal, Ticket: ticket))).ToList();
        var restored = 0;
        if (TryRead(out var key, out var before, out var ranges))
        {
            var onTheirWay = waiting.Where(one => one.Journal.Shard < ranges.Length && IsWithin(ranges[one.Journal.Shard], one.Ticket.Number)).ToList();
            restored += Spool(onTheirWay, key, before, spool);
            waiting = [.. waiting.Except(onTheirWay)];
        }

        if (waiting.Count > 0)
        {
            // The key is written to the file before the blocks go to the spool. If the process ends in between, the next one spools them
            // again under the same key, so they are counted once.
            key = Guid.NewGuid();
            Array.Clear(_ranges);
            foreach (var (journal, ticket) in waiting.Where(one => one.Journal.IsInPlace))
            {
                Widen(ref _ranges[journal.Shard], ticket.Number);
            }

            Write(key, eventsABatch);
            restored += Spool(waiting, key, eventsABatch, spool);
        }

        if (restored > 0)
        {
            counters.JournalEventsRestored(restored);
            CollectorLog.EventsRestored(log, restored);
        }
    }

    private static bool IsWithin((long From, long To) range, long ticket) => range.To != 0 && ticket >= range.From && ticket <= range.To;

    // A batch that was being written must stay one batch, whatever its length: the store knows it only as a whole.
    private int Spool(List<(RestoredJournal Journal, RestoredTicket Ticket)> tickets, Guid key, int eventsABatch, EventSpool spool)
    {
        var (entries, count, restored, number) = (new MemoryStream(), 0, 0, 0);
        foreach (var (_, ticket) in tickets)
        {
            count += WriteEntries(ticket, entries);
            if (eventsABatch > 0 && count >= eventsABatch)
            {
                Append();
            }
        }

        Append();
        foreach (var (journal, ticket) in tickets.Where(one => one.Journal.IsInPlace))
        {
            _shards[journal.Shard]!.SettleEventsTo(ticket.Number);
            _shards[journal.Shard]!.Settle(ticket.Number);
        }

        return restored;

        void Append()
        {
            if (count > 0)
            {
                spool.Append(new EventBatchBytes(Numbered(key, number++), entries.ToArray(), count));
                restored += count;
            }

            (entries, count) = (new MemoryStream(), 0);
        }
    }

    private static Guid Numbered(Guid key, int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        key.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[NumberAt..], BinaryPrimitives.ReadInt32LittleEndian(bytes[NumberAt..]) ^ number);
        return new Guid(bytes);
    }

    private static int WriteEntries(RestoredTicket ticket, MemoryStream entries)
    {
        var count = 0;
        Span<byte> head = stackalloc byte[EventEntry.HeadLength];
        foreach (var entry in ticket.Entries)
        {
            if (entry.Kind == EntryKind.PrintedEvents)
            {
                ReadOnlyMemory<byte> rest = entry.Payload;
                while (EventEntry.TryTake(ref rest, out _))
                {
                    count++;
                }

                entries.Write(entry.Payload);
                continue;
            }

            for (var reader = new EvlogReader(entry.Payload); reader.MoveNext();)
            {
                if (reader.Reason == PacketRejectReason.None)
                {
                    EventEntry.WriteHead(head, entry.Source, EventOrigin.Datagram, entry.Arrival, reader.Frame.Length);
                    entries.Write(head);
                    entries.Write(reader.Frame);
                    count++;
                }
            }
        }

        return count;
    }

    // One write of a few hundred bytes: after a kill the file holds either all of it or the previous content, and a checksum tells which.
    private void Write(Guid key, int eventsABatch)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(4), _shards.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(8), eventsABatch);
        key.TryWriteBytes(_bytes.AsSpan(KeyAt));
        MemoryMarshal.AsBytes(_ranges.AsSpan()).CopyTo(_bytes.AsSpan(RangesAt));
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_bytes.Length - sizeof(uint)), SpoolSegment.Checksum(_bytes.AsSpan(0, _bytes.Length - sizeof(uint))));
        RandomAccess.Write(_file.SafeFileHandle, _bytes, 0);
    }

    private bool TryRead(out Guid key, out int eventsABatch, out (long From, long To)[] ranges)
    {
        (key, eventsABatch, ranges) = (default, 0, []);
        var head = new byte[RangesAt];
        if (RandomAccess.Read(_file.SafeFileHandle, head, 0) < head.Length || BinaryPrimitives.ReadUInt32LittleEndian(head) != Mark)
        {
            return false;
        }

        var shards = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        if (shards is < 1 or > 1024)
        {
            return false;
        }

        var bytes = new byte[RangesAt + shards * RangeLength + sizeof(uint)];
        if (RandomAccess.Read(_file.SafeFileHandle, bytes, 0) < bytes.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint))) != SpoolSegment.Checksum(bytes.AsSpan(0, bytes.Length - sizeof(uint))))
        {
            return false;
        }

        key = new Guid(bytes.AsSpan(KeyAt, 16));
        eventsABatch = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        ranges = MemoryMarshal.Cast<byte, (long From, long To)>(bytes.AsSpan(RangesAt, shards * RangeLength)).ToArray();
        return true;
    }
}
