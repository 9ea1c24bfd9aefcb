using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>The netoops options of one shard: its share of the limits for the whole collector, and times in microseconds.</summary>
internal sealed record NetoopsLimits(
    long Quiet, long Remember, long MaxAge, int MaxPendingPerSource, int MaxPending, int MaxRemembered, long MaxDumpBytes, long MaxFragmentBytes)
{
    public static NetoopsLimits Of(NetoopsOptions options, int shards) => new(
        options.Quiet.ToMicroseconds(),
        options.Remember.ToMicroseconds(),
        options.MaxAge.ToMicroseconds(),
        options.MaxPendingPerSource,
        Math.Max(1, options.MaxPending / shards),
        Math.Max(1, options.MaxRemembered / shards),
        options.MaxDumpBytes,
        Math.Max(options.MaxDumpBytes, options.MaxFragmentBytes / shards));
}
