using Mayday.Linux.Memory;
using Mayday.Linux.Sockets;

namespace Mayday.Collector.Datagrams;

/// <summary>The datagrams of one receive call: slots of memory that does not move (the journal's memory, when there is a journal). A shard
/// reuses one batch for all its sockets. Nothing is allocated after the constructor.</summary>
internal sealed class DatagramBatch
{
    private readonly FixedMemory _bytes;
    private readonly int[] _lengths;
    private readonly bool[] _truncated;
    private readonly long[] _arrivals;
    private readonly SourceEndPoint[] _sources;

    public DatagramBatch(int slots, int slotLength)
        : this(slots, slotLength, FixedMemory.Allocate(slots * slotLength))
    {
    }

    public DatagramBatch(int slots, int slotLength, FixedMemory bytes)
    {
        Slots = slots;
        SlotLength = slotLength;
        _bytes = bytes;
        _lengths = new int[slots];
        _truncated = new bool[slots];
        _arrivals = new long[slots];
        _sources = new SourceEndPoint[slots];
    }

    public int Slots { get; }

    public int SlotLength { get; }

    public int Count { get; private set; }

    public Span<byte> Slot(int index) => _bytes.Span((long)index * SlotLength, SlotLength);

    public ReadOnlySpan<byte> Datagram(int index) => _bytes.Span((long)index * SlotLength, _lengths[index]);

    public ref readonly SourceEndPoint Source(int index) => ref _sources[index];

    /// <summary>The datagram was longer than a slot, and its end is lost.</summary>
    public bool IsTruncated(int index) => _truncated[index];

    /// <summary>When the kernel received the datagram, in microseconds since the Unix epoch; 0 where the kernel does not say.</summary>
    public long Arrival(int index) => _arrivals[index];

    public void Clear() => Count = 0;

    /// <summary>Describes the next slot, whose bytes are already in place.</summary>
    public void Add(int length, in SourceEndPoint source, bool isTruncated, long arrival)
    {
        _lengths[Count] = length;
        _sources[Count] = source;
        _truncated[Count] = isTruncated;
        _arrivals[Count] = arrival;
        Count++;
    }

    /// <summary>Adds what lies in a landing area whose slots are this batch's; says what the kernel told with it of the socket's drops.</summary>
    public void AddLanded(LandingArea landing, int index, out uint? dropped)
    {
        var arrival = landing.Arrival(index, out dropped);
        Add(landing.Length(index), SourceEndPoint.FromName(landing.Name(index)), landing.IsTruncated(index), arrival);
    }
}
