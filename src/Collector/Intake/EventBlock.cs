using System.Buffers;
using System.Buffers.Binary;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Protocol;

namespace Mayday.Collector.Intake;

/// <summary>How a record arrived, as stored in a block.</summary>
internal enum EventOrigin : byte
{
    /// <summary>Over UDP: as netlink frames, or as bare records without frames.</summary>
    Datagram = 0,

    /// <summary>Over the collector's own netlink socket.</summary>
    Netlink = 1,

    /// <summary>Over the same socket, from the raw group: a payload without a header.</summary>
    NetlinkRaw = 2,

    /// <summary>Text from a netconsole stream, printed by a kernel whose record had no listener.</summary>
    Printk = 3,
}

/// <summary>The records of one wake-up, as bytes, on their way to the event store, each with its source and arrival time. The memory comes
/// from the shared pool and returns to it with <see cref="Return"/>. Owned by one stage at a time.</summary>
internal sealed class EventBlock
{
    private byte[] _bytes;

    public EventBlock(ReadOnlySpan<byte> entries, int count, ShardJournal? journal = null, long ticket = 0)
    {
        Journal = ticket == 0 ? null : journal;
        Ticket = ticket;
        _bytes = ArrayPool<byte>.Shared.Rent(entries.Length);
        entries.CopyTo(_bytes);
        Length = entries.Length;
        Count = count;
    }

    /// <summary>Number of events in the block.</summary>
    public int Count { get; }

    public int Length { get; }

    /// <summary>The journal that holds the datagrams of this block; null when they are not protected against a kill.</summary>
    public ShardJournal? Journal { get; }

    /// <summary>The block's ticket in the journal.</summary>
    public long Ticket { get; }

    public ReadOnlyMemory<byte> Entries => _bytes.AsMemory(0, Length);

    /// <summary>The block is stored, spooled or counted as lost, so the journal must not restore it after a kill.</summary>
    public void Settle() => Journal?.Settle(Ticket);

    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}

/// <summary>One record in a block: a head of 36 bytes, then the record's bytes. The spool stores the same form, so the layout must not
/// change while old files exist: source address (16), port (2), origin (1), 0 (1), scope (4), arrival in microseconds (8), length
/// (4).</summary>
internal readonly record struct EventEntry(SourceEndPoint Source, EventOrigin Origin, long Arrival, ReadOnlyMemory<byte> Record)
{
    public const int HeadLength = 36;

    public Transport Transport => Origin switch
    {
        EventOrigin.Datagram => Transport.Evlog,
        EventOrigin.Printk => Transport.Netconsole,
        _ => Transport.Netlink,
    };

    /// <summary>The record came over the network, so its source address identifies the machine.</summary>
    public bool HasSource => Origin is EventOrigin.Datagram or EventOrigin.Printk;

    /// <summary>Takes the first entry off the bytes. Returns false at the end, or when the rest is not a valid entry.</summary>
    public static bool TryTake(ref ReadOnlyMemory<byte> entries, out EventEntry entry)
    {
        entry = default;
        var head = entries.Span;
        if (head.Length < HeadLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head[32..]);
        if (length < 0 || length > head.Length - HeadLength)
        {
            return false;
        }

        entry = new EventEntry(
            SourceEndPoint.FromIPv6(head[..16], BinaryPrimitives.ReadUInt16LittleEndian(head[16..]), BinaryPrimitives.ReadUInt32LittleEndian(head[20..])),
            (EventOrigin)head[18],
            BinaryPrimitives.ReadInt64LittleEndian(head[24..]),
            entries.Slice(HeadLength, length));
        entries = entries[(HeadLength + length)..];
        return true;
    }

    public static void WriteHead(Span<byte> head, in SourceEndPoint source, EventOrigin origin, long arrival, int length)
    {
        source.WriteAddress(head);
        BinaryPrimitives.WriteUInt16LittleEndian(head[16..], source.Port);
        head[18] = (byte)origin;
        head[19] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], source.Scope);
        BinaryPrimitives.WriteInt64LittleEndian(head[24..], arrival);
        BinaryPrimitives.WriteInt32LittleEndian(head[32..], length);
    }
}
