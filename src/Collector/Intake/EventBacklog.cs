using System.Threading.Channels;

namespace Mayday.Collector.Intake;

/// <summary>The queue from the receiving threads to the event store, bounded by blocks (the channel) and by bytes. A receiving thread never
/// waits here: when the queue is full the new events are refused and counted, and the older events stay.</summary>
internal sealed class EventBacklog(Channel<EventBlock> channel, long maxBytes)
{
    private long _bytes;
    private long _events;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Number of waiting events.</summary>
    public long Events => Interlocked.Read(ref _events);

    public bool TryOffer(EventBlock block)
    {
        // Read these before handing the block over: its next owner may return the memory to the pool.
        var (bytes, events) = (block.Length, block.Count);
        Interlocked.Add(ref _events, events);
        if (Interlocked.Add(ref _bytes, bytes) <= maxBytes && channel.Writer.TryWrite(block))
        {
            return true;
        }

        Interlocked.Add(ref _events, -events);
        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Waits for room. Used only at shutdown, when nothing else needs the thread.</summary>
    public void Put(EventBlock block)
    {
        Interlocked.Add(ref _bytes, block.Length);
        Interlocked.Add(ref _events, block.Count);
        channel.Writer.WriteAsync(block).AsTask().GetAwaiter().GetResult();
    }

    public void Taken(EventBlock block)
    {
        Interlocked.Add(ref _bytes, -block.Length);
        Interlocked.Add(ref _events, -block.Count);
    }
}
