using System.Threading.Channels;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Archive;

/// <summary>Carries lines from a shard to the log archive: copies each line into a batch and hands over full batches. Never waits: when the
/// queue is full the batch is dropped and its lines are counted.</summary>
internal sealed class ArchiveFeed(ChannelWriter<ArchiveBatch> batches, ArchiveOptions options, ShardCounters counters)
{
    // A batch that is not full is handed over after this time, in microseconds.
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

    /// <summary>Hands over the unfinished batch at shutdown.</summary>
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
