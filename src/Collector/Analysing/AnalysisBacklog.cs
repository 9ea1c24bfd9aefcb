using System.Threading.Channels;
using Mayday.Collector.Reassembly;

namespace Mayday.Collector.Analysing;

/// <summary>A dump that waits for analysis, and the number of bytes that the backlog counted for it.</summary>
internal readonly record struct WaitingDump(ReassembledDump Dump, long Bytes);

/// <summary>The queue from the shards to analysis, bounded by number of dumps (the channels) and by bytes. A shard never waits here: when
/// the queue is full the new dump is refused and counted, and the older dumps stay. There is one channel per worker, chosen by source, so
/// that the dumps of one machine keep their order.</summary>
internal sealed class AnalysisBacklog(IReadOnlyList<Channel<WaitingDump>> channels, long maxBytes, int capacity = int.MaxValue)
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>More than half of the byte budget is used, or half of the places in one worker's channel.</summary>
    public bool IsHalfFull => Bytes > maxBytes / 2 || channels.Any(channel => channel.Reader.Count > capacity / 2);

    public bool TryOffer(ReassembledDump dump)
    {
        // Read the size before handing the dump over: its next owner may return the memory to the pool.
        var waiting = new WaitingDump(dump, dump.Bytes);
        if (Interlocked.Add(ref _bytes, waiting.Bytes) <= maxBytes && ChannelOf(dump).Writer.TryWrite(waiting))
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -waiting.Bytes);
        return false;
    }

    /// <summary>Waits for room. Used only at shutdown, when nothing else needs the thread.</summary>
    public void Put(ReassembledDump dump)
    {
        var waiting = new WaitingDump(dump, dump.Bytes);
        Interlocked.Add(ref _bytes, waiting.Bytes);
        ChannelOf(dump).Writer.WriteAsync(waiting).AsTask().GetAwaiter().GetResult();
    }

    public void Taken(in WaitingDump waiting) => Interlocked.Add(ref _bytes, -waiting.Bytes);

    private Channel<WaitingDump> ChannelOf(ReassembledDump dump) =>
        channels[(int)((uint)HashCode.Combine(dump.Source.High, dump.Source.Low) % (uint)channels.Count)];
}
