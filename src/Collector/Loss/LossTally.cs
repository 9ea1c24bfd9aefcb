using Mayday.Collector.Receive;
using Mayday.Store;

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

    /// <summary>It is among those that wait for the next handing over.</summary>
    public bool IsListed { get; set; }
}
