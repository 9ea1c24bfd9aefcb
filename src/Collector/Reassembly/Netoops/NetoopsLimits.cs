using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>The netoops options as one shard sees them: its share of what is bounded in all, times in microseconds.</summary>
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
