using System.Globalization;
using System.Text;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netoops;
using Mayday.Simulation.Captures;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Replay;

/// <summary>A datagram to send and the stream, that is the source port, it belongs to.</summary>
internal readonly record struct PlannedDatagram(int Stream, byte[] Payload);

/// <summary>Which host sends what, in which order. Files are distributed: host h sends the files h, h + hosts, ... With more hosts than
/// files they start over, so every host sends and every file is sent.</summary>
internal sealed class ReplayPlan(IReadOnlyList<ReplaySource> sources, ReplayOptions options)
{
    private const string DefaultHostName = "host";

    // Streams of one host: a file has up to this many source ports.
    private const int StreamsPerFile = 65_536;

    private readonly Dictionary<int, List<CapturedStream>> _streams = [];

    public string HostName(int host) => options.Hosts == 1
        ? options.HostName
        : string.Create(CultureInfo.InvariantCulture, $"{(options.HostName.Length == 0 ? DefaultHostName : options.HostName)}-{host + 1:D4}");

    /// <summary>The files of one host, by their place.</summary>
    public IEnumerable<int> FilesOf(int host)
    {
        for (var turn = host; turn < Math.Max(sources.Count, options.Hosts); turn += options.Hosts)
        {
            yield return turn % sources.Count;
        }
    }

    /// <summary>All datagrams of one file as one host sends them, before the network touches them.</summary>
    public IEnumerable<PlannedDatagram> Datagrams(int host, int file)
    {
        var source = sources[file];
        return options.Format switch
        {
            ReplayFormat.AsIs when source.Capture is not null => Captured(host, file, source.Capture),
            ReplayFormat.AsIs or ReplayFormat.Netoops => Netoops(host, file, source),
            ReplayFormat.Netconsole => Logs(file, source, log => NetconsoleDatagrams.SplitExtended(log, HostName(host))),
            ReplayFormat.Evlog => Logs(file, source, log => EvlogDatagrams.Split(log)),
            _ => Logs(file, source, log => NetconsoleDatagrams.SplitBasic(log)),
        };
    }

    private IEnumerable<PlannedDatagram> Captured(int host, int file, IReadOnlyList<CapturedDatagram> capture)
    {
        var name = HostName(host);
        if (name.Length == 0)
        {
            var ports = capture.Select(datagram => datagram.Port).Distinct().Index().ToDictionary(port => port.Item, port => StreamOf(file, port.Index));
            return capture.Select(datagram => new PlannedDatagram(ports[datagram.Port], datagram.Payload));
        }

        return StreamsOf(file, capture).Index().SelectMany(stream => stream.Item.Named(name).Select(datagram =>
            new PlannedDatagram(StreamOf(file, stream.Index), datagram)));
    }

    // Read once for all hosts that send the file.
    private List<CapturedStream> StreamsOf(int file, IReadOnlyList<CapturedDatagram> capture)
    {
        if (!_streams.TryGetValue(file, out var streams))
        {
            streams = [.. capture.GroupBy(datagram => datagram.Port).Select(port => CapturedStream.Read([.. port.Select(datagram => datagram.Payload)]))];
            _streams.Add(file, streams);
        }

        return streams;
    }

    private IEnumerable<PlannedDatagram> Netoops(int host, int file, ReplaySource source)
    {
        var boots = new SeededNumbers(options.Seed, host);
        var bootId = (uint)boots.Next() | 1; // 0 would mean "never set"
        var dumpId = (ushort)((uint)boots.Next() + file * 16);
        foreach (var log in source.Logs)
        {
            var release = options.KernelRelease.Length > 0 ? Encoding.UTF8.GetBytes(options.KernelRelease) : KernelReleaseFinder.Find(log);
            var header = new NetoopsDumpHeader
            {
                DumpId = dumpId++,
                BootId = bootId,
                KernelRelease = release,
                UserBlob = HostName(host).Length == 0 ? default : Encoding.UTF8.GetBytes($"host={HostName(host)}\n"),
            };
            foreach (var datagram in NetoopsDatagrams.Split(header, log))
            {
                yield return new PlannedDatagram(StreamOf(file, 0), datagram);
            }
        }
    }

    private static IEnumerable<PlannedDatagram> Logs(int file, ReplaySource source, Func<byte[], IEnumerable<byte[]>> split) =>
        source.Logs.Index().SelectMany(log => split(log.Item).Select(datagram => new PlannedDatagram(StreamOf(file, log.Index), datagram)));

    /// <summary>The file, by its place, that a stream belongs to.</summary>
    public static int FileOf(int stream) => stream / StreamsPerFile;

    private static int StreamOf(int file, int port) => file * StreamsPerFile + port;

    /// <summary>What one source port of a capture sent.</summary>
    private sealed record CapturedStream(byte[][] Payloads, IReadOnlyList<CapturedRecord> Records)
    {
        public static CapturedStream Read(byte[][] payloads) => new(payloads, CaptureLogs.ReadRecords(payloads));

        // The name must be added to the records. Other formats than extended netconsole have no room for it and are sent unchanged.
        public IEnumerable<byte[]> Named(string name) => Records.Count == 0 ? Payloads : NetconsoleDatagrams.Rewrite(Records, name);
    }
}
