using System.Threading.Channels;
using Mayday.Collector.Reassembly;

namespace Mayday.Collector.Analysing;

/// <summary>A dump that waits for analysis, and the bytes that it was counted with.</summary>
internal readonly record struct WaitingDump(ReassembledDump Dump, long Bytes);

/// <summary>
/// The way from the shards to analysis, bounded by dumps (the channels) and by bytes. A shard never waits here: what does not fit is
/// refused and counted, the older dumps stay. One channel a worker, chosen by source, so that one machine's dumps keep their order.
/// </summary>
internal sealed class AnalysisBacklog(IReadOnlyList<Channel<WaitingDump>> channels, long maxBytes, int capacity = int.MaxValue)
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Half of the bytes, or half of the places before one worker, are taken.</summary>
    public bool IsHalfFull => Bytes > maxBytes / 2 || channels.Any(channel => channel.Reader.Count > capacity / 2);

    public bool TryOffer(ReassembledDump dump)
    {
        // The size is read before the dump is given away: its next owner gives the memory back.
        var waiting = new WaitingDump(dump, dump.Bytes);
        if (Interlocked.Add(ref _bytes, waiting.Bytes) <= maxBytes && ChannelOf(dump).Writer.TryWrite(waiting))
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -waiting.Bytes);
        return false;
    }

    /// <summary>Waits for room: only when the process ends and nothing else needs the thread.</summary>
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
