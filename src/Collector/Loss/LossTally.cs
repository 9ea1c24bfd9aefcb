using Mayday.Collector.Datagrams;
using Mayday.Protocol;
using Mayday.Store.Ingest;

namespace Mayday.Collector.Loss;

/// <summary>
/// What one sender's packets came to since it was last handed over. One shard's thread alone touches it; steps may go back (a late packet
/// fills what was counted as lost).
/// </summary>
internal sealed class LossTally(SourceEndPoint source, Transport transport)
{
    public SourceEndPoint Source { get; } = source;

    public Transport Transport { get; } = transport;

    public LossCounts Counts;

    /// <summary>It waits for its turn to be handed over.</summary>
    public bool IsListed { get; set; }

    /// <summary>It waits among those that lost something, too.</summary>
    public bool IsUrgent { get; set; }
}
