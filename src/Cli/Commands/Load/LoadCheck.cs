using System.Net;
using Mayday.Simulation.Load;

namespace Mayday.Cli.Commands.Load;

/// <summary>
/// Compares what a load sent with what the collector counted and stored. Reads the state before the load, then again after it until
/// everything arrived or the time is up.
/// </summary>
internal sealed class LoadCheck
{
    // Machines that send basic netconsole have no name, so they are known by their loopback address.
    private const string LoopbackNetwork = "127.";

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(500);

    private readonly LoadApi _api;
    private readonly LoadOptions _options;
    private readonly Dictionary<string, long> _countersBefore;
    private readonly Dictionary<string, long> _crashesBefore;
    private readonly Dictionary<string, (long Crashes, long Dumps)> _addressesBefore;
    private readonly LoadLossCheck? _losses;

    private LoadCheck(
        LoadApi api, LoadOptions options, Dictionary<string, long> counters, Dictionary<string, long> crashes, Dictionary<string, (long Crashes, long Dumps)> addresses,
        LoadLossCheck? losses)
    {
        _api = api;
        _options = options;
        _countersBefore = counters;
        _crashesBefore = crashes;
        _addressesBefore = addresses;
        _losses = losses;
    }

    private static bool HasAddressesForNames(LoadOptions options) => options.HostName.Length == 0 || options.Format is LoadFormat.NetconsoleBasic or LoadFormat.Mixed;

    /// <summary>Reads the state before the load.</summary>
    public static async Task<LoadCheck> BeginAsync(LoadApi api, LoadOptions options, IReadOnlyList<string> functions, CancellationToken cancellation)
    {
        var crashes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var function in functions)
        {
            crashes[function] = await api.CrashesOfAsync(function, cancellation);
        }

        // With a remote target all machines share one source address, so they share one set of packet counts.
        var losses = IPAddress.IsLoopback(options.Target) && options.CrashRate >= 0 && options.Hosts <= LoadLossCheck.MostHosts
            ? await LoadLossCheck.BeginAsync(api, LoopbackNetwork, cancellation)
            : null;
        var counters = await api.CountersAsync(cancellation);
        var addresses = HasAddressesForNames(options) ? await api.HostsAsync(LoopbackNetwork, cancellation) : [];
        return new LoadCheck(api, options, counters, crashes, addresses, losses);
    }

    /// <summary>Waits until everything arrived or the time is up.</summary>
    /// <returns>All comparisons, including those that differ.</returns>
    public async Task<IReadOnlyList<LoadComparison>> EndAsync(LoadReport report, TimeSpan patience, Action<string> progress, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        while (true)
        {
            var counted = CompareCounters(report, await _api.CountersAsync(cancellation));
            var isOver = time.GetElapsedTime(start) >= patience;
            if (isOver || counted.All(comparison => !comparison.Differs))
            {
                IReadOnlyList<LoadComparison> all = [.. counted, .. await CompareStoredAsync(report, cancellation)];
                if (isOver || all.All(comparison => !comparison.Differs))
                {
                    return all;
                }
            }

            progress($"waiting for the collector: {string.Join(", ", counted.Where(comparison => comparison.Differs).Select(comparison => comparison.What))}");
            await Task.Delay(s_between, time, cancellation);
        }
    }

    private List<LoadComparison> CompareCounters(LoadReport report, Dictionary<string, long> counters)
    {
        var found = new List<LoadComparison>
        {
            Counter("netoops packets received", report.NetoopsSent, "datagrams.received format=netoops"),
            Counter("extended netconsole records received", report.NetconsoleSent, "datagrams.received format=netconsole"),
            Counter("basic netconsole datagrams received", report.NetconsoleBasicSent, "datagrams.received format=netconsole-basic"),
            Counter("datagrams dropped by the kernel", 0, "datagrams.kernel_drops"),
            new("datagrams refused", 0, counters.Keys.Where(key => key.StartsWith("datagrams.rejected ", StringComparison.Ordinal)).Sum(Since)),
        };
        if (report.NetoopsSent > 0)
        {
            found.Add(Counter("netoops packets beyond the first copy", report.RepeatedPackets, "fragments.duplicates"));
        }

        var speakers = report.Hosts.Where(host => host.Format == LoadFormat.Netconsole).ToArray();
        if (speakers.Length > 0)
        {
            found.Add(Counter("extended records lost", speakers.Sum(host => host.Lost), "records.missing evidence=messageId"));
            found.Add(Counter("extended records out of order", speakers.Sum(host => host.Late), "records.late"));
            found.Add(Counter("extended records twice", speakers.Sum(host => host.Duplicates), "records.duplicates"));
        }

        if (_options.Format == LoadFormat.Netoops)
        {
            found.Add(Counter("whole dumps", report.Dumps - report.PartialDumps, "dumps.complete"));
            found.Add(Counter("dumps with packets missing", report.PartialDumps, "dumps.partial"));
            found.Add(Counter("dumps stored", report.Dumps, "dumps.stored"));
        }

        if (report.EventsSent > 0)
        {
            found.Add(Counter("event records received", report.EventsSent, "events.received"));
            found.Add(new("events stored, or folded into one that is", report.EventsSent, Since("events.stored")));
            found.Add(new("events lost", 0, counters.Keys.Where(key => key.StartsWith("events.dropped", StringComparison.Ordinal)).Sum(Since)));
        }

        foreach (var reason in new[] { "dumps.dropped reason=backlog", "dumps.dropped reason=join", "spool.expired" })
        {
            found.Add(Counter($"dumps lost ({reason})", 0, reason));
        }

        found.Add(new("dumps lost (spool.dropped)", 0, counters.Keys.Where(key => key.StartsWith("spool.dropped", StringComparison.Ordinal)).Sum(Since)));

        return found;

        long Since(string key) => counters.GetValueOrDefault(key) - _countersBefore.GetValueOrDefault(key);

        LoadComparison Counter(string what, long sent, string key) => new(what, sent, Since(key));
    }

    private async Task<List<LoadComparison>> CompareStoredAsync(LoadReport report, CancellationToken cancellation)
    {
        var found = new List<LoadComparison>();
        foreach (var (function, sent) in report.Crashes)
        {
            var counted = await _api.CrashesOfAsync(function, cancellation) - _crashesBefore.GetValueOrDefault(function);
            found.Add(new LoadComparison($"crashes in {function}", sent, counted) { Uncertain = report.UncertainCrashes.GetValueOrDefault(function) });
        }

        await CompareHostsAsync(report, found, cancellation);
        if (_losses is not null)
        {
            found.AddRange(await _losses.CompareAsync(report, cancellation));
        }

        return found;
    }

    private async Task CompareHostsAsync(LoadReport report, List<LoadComparison> found, CancellationToken cancellation)
    {
        var crashed = report.Hosts.Where(host => host.Crashes > 0).ToArray();
        if (crashed.Length == 0)
        {
            return;
        }

        var named = _options.HostName.Length == 0 ? [] : await _api.HostsAsync(_options.HostName + "-", cancellation);
        var byAddress = HasAddressesForNames(_options) ? await _api.HostsAsync(LoopbackNetwork, cancellation) : [];
        long crashesSent = 0, crashesCounted = 0, dumpsSent = 0, dumpsCounted = 0;
        var wrong = new List<LoadComparison>();
        foreach (var host in crashed)
        {
            var (crashes, dumps) = IsNamed(host) ? named.GetValueOrDefault(host.Name) : Since(host.Address.ToString());
            crashesSent += host.Crashes;
            crashesCounted += crashes;
            if (new LoadComparison($"crashes of {NameOf(host)}", host.Crashes, crashes) { Uncertain = host.UncertainCrashes } is { Differs: true } differing)
            {
                wrong.Add(differing);
            }

            if (host.Format == LoadFormat.Netoops)
            {
                dumpsSent += host.Dumps;
                dumpsCounted += dumps;
                if (dumps != host.Dumps)
                {
                    wrong.Add(new LoadComparison($"dumps of {NameOf(host)}", host.Dumps, dumps));
                }
            }
        }

        found.Add(new LoadComparison($"crashes of {crashed.Length} machines", crashesSent, crashesCounted) { Uncertain = crashed.Sum(host => host.UncertainCrashes) });
        if (dumpsSent > 0)
        {
            found.Add(new LoadComparison("netoops dumps of them", dumpsSent, dumpsCounted));
        }

        found.Add(new LoadComparison("machines of which that is wrong", 0, wrong.Count));
        found.AddRange(wrong.Take(LoadComparison.MostNamed));

        bool IsNamed(LoadedHost host) => host.Name.Length > 0 && host.Format != LoadFormat.NetconsoleBasic;

        string NameOf(LoadedHost host) => IsNamed(host) ? host.Name : host.Address.ToString();

        (long Crashes, long Dumps) Since(string address)
        {
            var (now, before) = (byAddress.GetValueOrDefault(address), _addressesBefore.GetValueOrDefault(address));
            return (now.Crashes - before.Crashes, now.Dumps - before.Dumps);
        }
    }
}
