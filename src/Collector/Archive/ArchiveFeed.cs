using System.Threading.Channels;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Archive;

/// <summary>
/// A shard's way into the log archive: copies a line into a batch and hands full ones on. Never waits: a batch that finds the queue full is
/// dropped, and its lines are counted.
/// </summary>
internal sealed class ArchiveFeed(ChannelWriter<ArchiveBatch> batches, ArchiveOptions options, ShardCounters counters)
{
    // Lines wait no longer than this for their batch to fill.
    private const long HandOnAgain = 200_000;

    private ArchiveBatch? _batch;
    private long _begun;

    public void Offer(in SourceEndPoint source, bool isExtended, ReadOnlySpan<byte> datagram, Moment now)
    {
        if (_batch is null)
        {
            Begin(now);
        }

        if (_batch!.TryAdd(source, isExtended, datagram, now))
        {
            return;
        }

        HandOn();
        Begin(now);
        if (!_batch!.TryAdd(source, isExtended, datagram, now))
        {
            counters.ArchiveDropped++;
        }
    }

    public void Tick(Moment now)
    {
        if (_batch is not null && now.Monotonic - _begun >= HandOnAgain)
        {
            HandOn();
        }
    }

    /// <summary>Hands on what there is: the process ends.</summary>
    public void Flush() => HandOn();

    private void Begin(Moment now)
    {
        _batch = new ArchiveBatch(options.BatchBytes);
        _begun = now.Monotonic;
    }

    private void HandOn()
    {
        if (_batch is { } batch)
        {
            _batch = null;
            counters.ArchiveLines += batch.Lines;
            if (!batches.TryWrite(batch))
            {
                counters.ArchiveDropped += batch.Lines;
                batch.Release();
            }
        }
    }
}
