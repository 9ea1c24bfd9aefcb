using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The netconsole options of one shard: its share of the limits for the whole collector, and times in microseconds.</summary>
internal sealed record NetconsoleLimits(
    long WindowQuiet, long EndGrace, long GapWait, long WindowMaxAge, int WindowMaxBytes, long WindowBytes, int RingLines, int RingBytes,
    long RingTotalBytes, int MaxStreams, int MaxFragmentedPerStream, long MaxFragmentBytes, long RestartSilence,
    long LineTimeout)
{
    public static NetconsoleLimits Of(NetconsoleOptions options, int shards) => new(
        options.WindowQuiet.ToMicroseconds(),
        options.EndGrace.ToMicroseconds(),
        options.GapWait.ToMicroseconds(),
        options.WindowMaxAge.ToMicroseconds(),
        options.WindowMaxBytes,
        options.WindowBytes / shards,
        options.RingLines,
        options.RingBytes,
        options.RingTotalBytes / shards,
        Math.Max(1, options.MaxStreams / shards),
        options.MaxFragmentedPerStream,
        options.MaxFragmentBytes / shards,
        options.RestartSilence.ToMicroseconds(),
        options.LineTimeout.ToMicroseconds());
}
