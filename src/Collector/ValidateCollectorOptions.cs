using System.Net;
using Mayday.Collector.Receive;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Microsoft.Extensions.Options;

namespace Mayday.Collector;

/// <summary>Reports all mistakes at once, each with its configuration key, so that one start shows all of them.</summary>
public sealed class ValidateCollectorOptions : IValidateOptions<CollectorOptions>
{
    public ValidateOptionsResult Validate(string? name, CollectorOptions options)
    {
        var errors = FindErrors(options);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    public static IReadOnlyList<string> FindErrors(CollectorOptions options)
    {
        var errors = new List<string>();
        var shards = Math.Max(1, options.Receive.Shards);

        if (string.IsNullOrWhiteSpace(options.Name) || options.Name.Length > 200)
        {
            Wrong("Name", "must be a name of 1 to 200 characters");
        }

        if (!IPAddress.TryParse(options.ListenAddress, out _))
        {
            Wrong("ListenAddress", $"is not an IP address: '{options.ListenAddress}' (:: listens everywhere)");
        }

        Port("Netoops:Port", options.Netoops.Port);
        Port("Netconsole:Port", options.Netconsole.Port);
        Port("Evlog:Port", options.Evlog.Port);
        Between("Evlog:MaxPrinted", options.Evlog.MaxPrinted, 1, 65_536);
        if (options.Netlink is { } netlink && !NetlinkListen.TryParse(netlink, out _, out var failure))
        {
            Wrong("Netlink", failure);
        }

        Between("Receive:Shards", options.Receive.Shards, 1, 64);
        Between("Receive:SocketBufferBytes", options.Receive.SocketBufferBytes, 64 << 10, 1 << 30);
        Between("Receive:Batch", options.Receive.Batch, 1, 1024);
        Between("Receive:MaxDatagramBytes", options.Receive.MaxDatagramBytes, 2048, 65_536);
        Between("Receive:CoalesceFrom", options.Receive.CoalesceFrom, 1, int.MaxValue);

        var netoops = options.Netoops;
        Time("Netoops:Quiet", netoops.Quiet);
        Time("Netoops:Remember", netoops.Remember);
        Time("Netoops:MaxAge", netoops.MaxAge);
        Between("Netoops:MaxPendingPerSource", netoops.MaxPendingPerSource, 2, 1_024);
        Between("Netoops:MaxPending", netoops.MaxPending, 2, 1_000_000);
        Between("Netoops:MaxRemembered", netoops.MaxRemembered, 2, 4_000_000);
        Between("Netoops:MaxDumpBytes", netoops.MaxDumpBytes, 64 << 10, 64L << 20);
        Between("Netoops:MaxFragmentBytes", netoops.MaxFragmentBytes, netoops.MaxDumpBytes * shards, 1L << 40, "must hold one dump (Netoops:MaxDumpBytes) a shard");

        var netconsole = options.Netconsole;
        Time("Netconsole:WindowQuiet", netconsole.WindowQuiet);
        Time("Netconsole:EndGrace", netconsole.EndGrace);
        Time("Netconsole:GapWait", netconsole.GapWait);
        Time("Netconsole:WindowMaxAge", netconsole.WindowMaxAge);
        Time("Netconsole:RestartSilence", netconsole.RestartSilence);
        Time("Netconsole:LineTimeout", netconsole.LineTimeout);
        Between("Netconsole:WindowMaxBytes", netconsole.WindowMaxBytes, 64 << 10, 64 << 20);
        Between("Netconsole:WindowBytes", netconsole.WindowBytes, 2L * netconsole.WindowMaxBytes * shards, 1L << 40, "must hold two windows (Netconsole:WindowMaxBytes) a shard");
        Between("Netconsole:RingLines", netconsole.RingLines, 0, 10_000);
        Between("Netconsole:RingBytes", netconsole.RingBytes, 4 << 10, 4 << 20);
        Between("Netconsole:RingTotalBytes", netconsole.RingTotalBytes, (long)netconsole.RingBytes * shards, 1L << 40, "must hold one stream's lines (Netconsole:RingBytes) a shard");
        Between("Netconsole:MaxStreams", netconsole.MaxStreams, 2 * shards, 10_000_000);
        Between("Netconsole:MaxFragmentedPerStream", netconsole.MaxFragmentedPerStream, 1, 1_024);
        Between("Netconsole:MaxFragmentBytes", netconsole.MaxFragmentBytes, 64L << 10, 1L << 40);

        var storing = options.Storing;
        Between("Storing:AnalysisWorkers", storing.AnalysisWorkers, 1, 64);
        Between("Storing:AnalysisCapacity", storing.AnalysisCapacity, 1, 1_000_000);
        Between("Storing:StoreCapacity", storing.StoreCapacity, 1, 1_000_000);
        Between("Storing:BacklogBytes", storing.BacklogBytes, 1 << 20, 1L << 40);
        Between("Storing:BatchDumps", storing.BatchDumps, 1, 10_000);
        Between("Storing:BatchBytes", storing.BatchBytes, 64 << 10, 1L << 30);
        Between("Storing:EventBytes", storing.EventBytes, 1 << 20, 1L << 40);
        Between("Storing:BatchEvents", storing.BatchEvents, 1, 50_000);
        Time("Storing:EventDelay", storing.EventDelay);
        Time("Storing:WriteTimeout", storing.WriteTimeout);
        Time("Storing:SlowWrite", storing.SlowWrite);
        Time("Storing:RetryMin", storing.RetryMin);
        Time("Storing:CounterInterval", storing.CounterInterval);
        if (storing.RetryMax < storing.RetryMin)
        {
            Wrong("Storing:RetryMax", $"must not be below Storing:RetryMin ({storing.RetryMin})");
        }

        if (options.Spool.Directory is { } directory && string.IsNullOrWhiteSpace(directory))
        {
            Wrong("Spool:Directory", "must be a directory, or absent for the default");
        }

        if (options.Journal.Directory is { } journal && string.IsNullOrWhiteSpace(journal))
        {
            Wrong("Journal:Directory", "must be a directory, or absent for the default");
        }

        Between("Journal:DumpBytes", options.Journal.DumpBytes, shards * (1L << 20), 1L << 40, "must hold 1 MiB a shard");
        Between("Journal:LineBytes", options.Journal.LineBytes, shards * (256L << 10), 1L << 40, "must hold 256 KiB a shard");
        Between("Archive:BatchBytes", options.Archive.BatchBytes, 2 * options.Receive.MaxDatagramBytes, 16 << 20, "must hold two datagrams (Receive:MaxDatagramBytes), at most 16 MiB");
        Between("Archive:QueueBatches", options.Archive.QueueBatches, 1, 100_000);
        Between("Archive:PartBytes", options.Archive.PartBytes, 4 << 10, 1 << 20);
        Between("Archive:OpenBytes", options.Archive.OpenBytes, 1 << 20, 1L << 40);
        Time("Archive:FlushAfter", options.Archive.FlushAfter);
        Between("Loss:MaxSenders", options.Loss.MaxSenders, shards, 10_000_000);
        Between("Loss:BatchSenders", options.Loss.BatchSenders, 1, 100_000);
        Time("Loss:Interval", options.Loss.Interval);
        if (options.Spool.MaxAge < TimeSpan.FromMinutes(1) || options.Spool.MaxAge > PartitionKeeper.DumpKeyLifetime)
        {
            Wrong("Spool:MaxAge", $"must be a minute to {PartitionKeeper.DumpKeyLifetime.Days} days (as long as Postgres knows a dump again), not {options.Spool.MaxAge}");
        }

        Between("Spool:SegmentBytes", options.Spool.SegmentBytes, 64 << 10, 1L << 30);
        Between("Spool:MaxBytes", options.Spool.MaxBytes, options.Spool.SegmentBytes, 1L << 50, "must hold one segment (Spool:SegmentBytes)");
        Between("Spool:EventBytes", options.Spool.EventBytes, 1 << 20, 1L << 50);
        return errors;

        void Wrong(string key, string what) => errors.Add($"{CollectorOptions.Section}:{key} {what}.");

        void Port(string key, int port) => Between(key, port, -1, 65_535, "must be a UDP port (0: any free one, -1: do not listen)");

        void Time(string key, TimeSpan value)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
            {
                Wrong(key, $"must be a time above zero and at most a day, not {value}");
            }
        }

        void Between(string key, long value, long least, long most, string? rule = null)
        {
            if (value < least || value > most)
            {
                Wrong(key, $"{rule ?? $"must be {least} to {most}"}, not {value}");
            }
        }
    }
}
