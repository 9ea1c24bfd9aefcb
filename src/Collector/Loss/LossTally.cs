using Mayday.Collector.Datagrams;
using Mayday.Protocol;
using Mayday.Store.Ingest;

namespace Mayday.Collector.Loss;

/// <summary>Packet counts of one sender since they were last handed over. Used by one shard's thread only. A count may go down: a late
/// packet fills a gap that was counted as lost.</summary>
internal sealed class LossTally(SourceEndPoint source, Transport transport)
{
    public SourceEndPoint Source { get; } = source;

    public Transport Transport { get; } = transport;

    public LossCounts Counts;

    /// <summary>It waits in the queue.</summary>
    public bool IsListed { get; set; }

    /// <summary>It also waits in the queue of senders with losses.</summary>
    public bool IsUrgent { get; set; }
}
