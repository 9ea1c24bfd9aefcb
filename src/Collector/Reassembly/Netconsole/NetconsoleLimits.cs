using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The netconsole options as one shard sees them: its share of what is bounded in all, times in microseconds.</summary>
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
