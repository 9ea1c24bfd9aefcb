using System.Net;
using System.Net.Sockets;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Replay;

/// <summary>Sends kernel logs and captures as if machines were crashing: simulated hosts at the same time, paced, over a simulated bad
/// network. It reports exactly what was sent and what was lost on purpose.</summary>
public sealed class LogReplay
{
    // Streams of random numbers: a host's boot uses its own number, its network this much more.
    private const int LinkStreamBase = 1 << 24;

    // Often enough for a live display, rare enough to cost nothing.
    private const int ProgressEvery = 256;

    private readonly IReadOnlyList<ReplaySource> _sources;
    private readonly ReplayOptions _options;
    private readonly ReplayPlan _plan;
    private readonly TimeProvider _time;

    /// <summary>Prepares a replay.</summary>
    /// <param name="sources">What to send; at least one.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock that paces.</param>
    /// <exception cref="ArgumentException">There is nothing to send, or an option is out of its range.</exception>
    public LogReplay(IReadOnlyList<ReplaySource> sources, ReplayOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (sources.Count == 0)
        {
            throw new ArgumentException("There is nothing to send.", nameof(sources));
        }

        if (options.Hosts is < 1 or > ReplayOptions.MaxHosts)
        {
            throw new ArgumentException($"Hosts are 1 to {ReplayOptions.MaxHosts}.", nameof(options));
        }

        if (options.Port is < 1 or > IPEndPoint.MaxPort)
        {
            throw new ArgumentException("A port is 1 to 65535.", nameof(options));
        }

        _sources = sources;
        _options = options;
        _plan = new ReplayPlan(sources, options);
        _time = time;
    }

    /// <summary>Sends everything.</summary>
    /// <param name="progress">Told now and then how far it is; may be null.</param>
    /// <param name="cancellation">Stops between two datagrams.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="SocketException">The network refused to send at all: no route, no such address.</exception>
    public async Task<ReplayReport> SendAsync(IProgress<ReplayProgress>? progress, CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        var pacer = new DatagramPacer(_options.Rate, _time);
        var hosts = new List<Host>(_options.Hosts);
        try
        {
            for (var number = 0; number < _options.Hosts; number++)
            {
                hosts.Add(new Host(this, number));
            }

            // The hosts take turns, so that the machines crash together and not one after the other.
            var active = new List<Host>(hosts);
            long sent = 0, bytes = 0;
            while (active.Count > 0)
            {
                for (var i = 0; i < active.Count;)
                {
                    if (!active[i].TryTake(out var stream, out var datagram))
                    {
                        active[i].Close();
                        active.RemoveAt(i);
                        continue;
                    }

                    await pacer.WaitAsync(cancellation).ConfigureAwait(false);
                    active[i].Send(stream, datagram);
                    bytes += datagram.Length;
                    if (++sent % ProgressEvery == 0)
                    {
                        progress?.Report(new ReplayProgress(sent, bytes, hosts.Count - active.Count, hosts.Count));
                    }

                    i++;
                }
            }

            progress?.Report(new ReplayProgress(sent, bytes, hosts.Count, hosts.Count));
            return new ReplayReport
            {
                Sent = sent,
                Bytes = bytes,
                Lost = hosts.Sum(host => host.Link.Lost),
                Duplicated = hosts.Sum(host => host.Link.Duplicated),
                Reordered = hosts.Sum(host => host.Link.Reordered),
                Refused = hosts.Sum(host => host.Refused),
                Elapsed = _time.GetElapsedTime(start),
                Seed = _options.Seed,
                Targets = [.. _sources.Select(source => new IPEndPoint(_options.Target, PortOf(source))).Distinct()],
                Hosts = [.. hosts.Select(host => host.Report())],
            };
        }
        finally
        {
            foreach (var host in hosts)
            {
                host.Dispose();
            }
        }
    }

    // Towards loopback every host gets an address of its own in 127.0.0.0/8, from 127.1.0.1 on; elsewhere the system chooses.
    private IPAddress SourceOf(int host)
    {
        if (_options.Target.AddressFamily != AddressFamily.InterNetwork)
        {
            return IPAddress.IPv6Any;
        }

        if (!IPAddress.IsLoopback(_options.Target) || _options.Hosts == 1)
        {
            return IPAddress.Any;
        }

        return LoopbackSources.ToAddress(LoopbackSources.Of(host));
    }

    private int PortOf(ReplaySource source) => _options.Port ?? source.DefaultPort(_options.Format);

    /// <summary>One simulated machine: its files, its network, its sockets.</summary>
    private sealed class Host : IDisposable
    {
        private readonly LogReplay _replay;
        private readonly int _number;
        private readonly HostSender _sender;
        private readonly DeliveryRecord _deliveries = new();
        private readonly IEnumerator<(int Stream, byte[] Datagram)> _datagrams;

        public Host(LogReplay replay, int number)
        {
            _replay = replay;
            _number = number;
            _sender = new HostSender(replay.SourceOf(number), replay._options.Target, stream => replay.PortOf(replay._sources[ReplayPlan.FileOf(stream)]));
            Link = new ImpairedLink<byte[]>(replay._options.Impairment, new SeededNumbers(replay._options.Seed, LinkStreamBase + number));
            _datagrams = Leaving().GetEnumerator();
        }

        public ImpairedLink<byte[]> Link { get; }

        public long Refused => _sender.Refused;

        public bool TryTake(out int stream, out byte[] datagram)
        {
            var hasMore = _datagrams.MoveNext();
            (stream, datagram) = hasMore ? _datagrams.Current : (0, []);
            return hasMore;
        }

        public void Send(int stream, byte[] datagram)
        {
            _sender.Send(stream, datagram);
            _deliveries.Delivered(stream, datagram);
        }

        public void Close() => _sender.CloseStreams();

        public ReplayedHost Report() => new(_replay._plan.HostName(_number), _sender.Source, _deliveries.Dumps(), _deliveries.LostRecords());

        public void Dispose()
        {
            _datagrams.Dispose();
            _sender.Dispose();
        }

        private IEnumerable<(int Stream, byte[] Datagram)> Leaving()
        {
            var leaving = new Queue<byte[]>();
            foreach (var file in _replay._plan.FilesOf(_number))
            {
                var stream = -1;
                foreach (var planned in _replay._plan.Datagrams(_number, file))
                {
                    // Streams must not overtake each other: what is held back is sent before the next stream begins.
                    if (planned.Stream != stream && stream >= 0)
                    {
                        Link.Flush(leaving);
                        while (leaving.TryDequeue(out var late))
                        {
                            yield return (stream, late);
                        }
                    }

                    stream = planned.Stream;
                    _deliveries.Planned(stream, planned.Payload);
                    Link.Send(planned.Payload, leaving);
                    while (leaving.TryDequeue(out var datagram))
                    {
                        yield return (stream, datagram);
                    }
                }

                Link.Flush(leaving);
                while (leaving.TryDequeue(out var datagram))
                {
                    yield return (stream, datagram);
                }

                _sender.CloseStreams();
            }
        }
    }
}
