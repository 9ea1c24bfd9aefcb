using System.Collections.Concurrent;
using System.Net.Sockets;
using Mayday.Linux.Sockets;

namespace Mayday.Simulation.Load;

/// <summary>Sends a measured load: thousands of machines that send lines and crash, at a given rate, over a network that loses packets on
/// purpose. It reports exactly what was sent. One thread sends about two million small datagrams per second of its own processor time,
/// without the kernel's share.</summary>
public sealed class LoadRun
{
    private readonly LoadOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<TaskCompletionSource<LoadProbe>> _wanted = new();
    private readonly Lock _gate = new();
    private readonly Random _order = new(1);
    private bool _hasEnded;

    /// <summary>Prepares a load.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="time">The clock that paces.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or they do not go together; the message says which.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not a 64-bit Linux.</exception>
    public LoadRun(LoadOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (!DatagramBurst.IsSupported)
        {
            throw new PlatformNotSupportedException("A load is sent with sendmmsg, which only a 64-bit Linux has.");
        }

        Validate(options);
        _options = options;
        _time = time;
    }

    /// <summary>Requests a dump out of turn, from a machine that sends no other. It is sent within one wake-up of the sender.</summary>
    /// <returns>The dump, once its last packet was sent.</returns>
    /// <exception cref="InvalidOperationException">The load has ended.</exception>
    public Task<LoadProbe> ProbeAsync()
    {
        var probe = new TaskCompletionSource<LoadProbe>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_hasEnded)
            {
                throw new InvalidOperationException("The load has ended.");
            }

            _wanted.Enqueue(probe);
        }

        return probe.Task;
    }

    /// <summary>Sends everything, on a thread of its own.</summary>
    /// <param name="progress">Told now and then how far it is; may be null.</param>
    /// <param name="cancellation">Ends it early; the report tells what left until then.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="SocketException">The network refused to send at all: no route, no such address.</exception>
    public Task<LoadReport> SendAsync(IProgress<LoadProgress>? progress, CancellationToken cancellation) =>
        Task.Factory.StartNew(() => Send(progress, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Validate(LoadOptions options)
    {
        var isLoopback = System.Net.IPAddress.IsLoopback(options.Target) && options.Target.AddressFamily == AddressFamily.InterNetwork;
        Require(options.Hosts >= 1 && options.Hosts <= (isLoopback ? LoadOptions.MaxHosts : LoadOptions.MaxHostsWithSockets), "Hosts are 1 to 2,000,000, and 20,000 towards another address than loopback.");
        Require(options.LineBytes is >= LoadOptions.MinLineBytes and <= LoadOptions.MaxLineBytes, "A line has 100 to 900 bytes.");
        Require(options.Burst >= 1 && options.Signatures is >= 1 and <= 1000 && options.Rounds >= 1 && options.Together >= 1, "Counts are 1 or more, signatures at most 1000.");
        Require(options.LogBytes is >= 0 and <= 16 << 20, "A log has at most 16 MiB.");
        Require(options.HostName.Length <= 48 && options.HostName.All(char.IsAscii), "A name's beginning has at most 48 characters of ASCII.");
        Require(options.Format != LoadFormat.Netoops || options.LineRate < 0, "netoops machines say no lines.");
        Require(options.Format != LoadFormat.Evlog || options.CrashRate < 0, "Machines that send event records have no crashes.");
        Require(options.Format != LoadFormat.Mixed || options.Hosts >= 3, "A mixed load needs three machines, one of each format.");
        Require(options.LineRate >= 0 || options.CrashRate >= 0 || options.StrangerRate > 0, "There is nothing to send.");
        Require(options.StrangerRate <= 0 || (options.Strangers > 0 && isLoopback), "Made-up addresses need a number of them, and loopback.");

        static void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw new ArgumentException(otherwise, nameof(options));
            }
        }
    }

    private LoadReport Send(IProgress<LoadProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            using var fleet = new LoadFleet(_options);
            return Send(fleet, progress, cancellation);
        }
        finally
        {
            lock (_gate)
            {
                _hasEnded = true;
            }

            while (_wanted.TryDequeue(out var probe))
            {
                probe.SetCanceled(CancellationToken.None);
            }
        }
    }

    private LoadReport Send(LoadFleet fleet, IProgress<LoadProgress>? progress, CancellationToken cancellation)
    {
        var lines = new LoadSchedule(_options.LineRate, _options.Lines, _options.Duration);
        var crashes = new LoadSchedule(_options.CrashRate, _options.Crashes, _options.Duration);
        var strangers = new LoadSchedule(_options.StrangerRate > 0 ? _options.StrangerRate : -1, 0, _options.Duration);
        var packets = new LoadSchedule(_options.CrashRate * fleet.PacketsOfCrash, long.MaxValue, _options.Duration);
        var dying = new List<LoadDump>(_options.Together);
        var due = 0;
        var probes = 0;
        var processor = Environment.CpuUsage.TotalTime;
        var start = _time.GetTimestamp();
        TimeSpan last = default;
        while (!cancellation.IsCancellationRequested)
        {
            var elapsed = _time.GetElapsedTime(start);
            var step = elapsed - last;
            last = elapsed;
            for (var i = lines.Due(elapsed, step); i > 0; i--)
            {
                fleet.Say(elapsed);
            }

            for (var i = strangers.Due(elapsed, step); i > 0; i--)
            {
                fleet.SayAsStranger(elapsed);
            }

            due += crashes.Due(elapsed, step);
            due = SendDumps(fleet, dying, due, packets.Due(elapsed, step), elapsed);
            while (_wanted.TryDequeue(out var probe))
            {
                probe.SetResult(fleet.Probe(probes++, elapsed, _time.GetTimestamp));
            }

            fleet.Flush();
            progress?.Report(new LoadProgress(fleet.Sent, fleet.Bytes, fleet.CrashesBegun, elapsed));
            if (lines.IsOver && crashes.IsOver && strangers.IsOver && due == 0 && dying.Count == 0)
            {
                break;
            }

            if (lines.IsPaced || crashes.IsPaced || strangers.IsPaced)
            {
                Thread.Sleep(_options.Wave);
            }
        }

        SendRest(fleet, dying, start);
        var behind = new[] { lines.MostBehind, crashes.MostBehind, strangers.MostBehind }.Max();
        return fleet.Report(_time.GetElapsedTime(start), Environment.CpuUsage.TotalTime - processor, behind);
    }

    // A single dump is sent whole before the next; several at once take turns, at the rate that all of them together need.
    private int SendDumps(LoadFleet fleet, List<LoadDump> dying, int due, int packets, TimeSpan elapsed)
    {
        var isWhole = _options.Together == 1 || _options.CrashRate <= 0;
        for (var budget = packets; isWhole ? due > 0 || dying.Count > 0 : budget > 0;)
        {
            while (due > 0 && dying.Count < _options.Together)
            {
                due--;
                if (fleet.Crash(elapsed) is { } dump)
                {
                    dying.Add(dump);
                }
            }

            if (dying.Count == 0)
            {
                break;
            }

            // The next machine is chosen at random; the last of the list takes the place of one that is done.
            var turn = dying.Count == 1 ? 0 : _order.Next(dying.Count);
            if (!fleet.SendNext(dying[turn]))
            {
                dying[turn] = dying[^1];
                dying.RemoveAt(dying.Count - 1);
            }

            budget--;
        }

        return due;
    }

    private void SendRest(LoadFleet fleet, List<LoadDump> dying, long start)
    {
        foreach (var dump in dying)
        {
            while (fleet.SendNext(dump))
            {
            }
        }

        var lasts = new LoadSchedule(_options.LineRate > 0 ? _options.LineRate : 0, fleet.Speakers, TimeSpan.Zero);
        var begin = _time.GetElapsedTime(start);
        TimeSpan last = default;
        for (var speaker = 0; speaker < fleet.Speakers;)
        {
            var elapsed = _time.GetElapsedTime(start);
            for (var i = lasts.Due(elapsed - begin, elapsed - begin - last); i > 0; i--)
            {
                fleet.SayLast(speaker++, elapsed);
            }

            last = elapsed - begin;
            fleet.Flush();
            if (lasts.IsPaced && speaker < fleet.Speakers)
            {
                Thread.Sleep(_options.Wave);
            }
        }

        fleet.Flush();
    }
}
