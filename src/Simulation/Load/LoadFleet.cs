using System.Net.Sockets;
using System.Text;
using Mayday.Linux.Sockets;
using Mayday.Protocol.Netoops;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Load;

/// <summary>All machines of a load. Writes and counts every datagram that they send.</summary>
internal sealed class LoadFleet : IDisposable
{
    // Streams of random numbers, apart from those of the replay.
    private const int LinkStreamBase = 1 << 25;
    private const int CrashStream = 1 << 26;
    private const int StrangerStream = (1 << 26) + 1;

    // 127.128.0.0 and up: addresses that no machine has.
    private const uint StrangerBase = (127u << 24) | (128u << 16);
    private const uint StrangerMask = (1 << 23) - 1;
    private const int NetoopsPort = 0;
    private const int NetconsolePort = 1;
    private const int EvlogPort = 2;

    // Machines have been up for a quarter of an hour (microseconds), each a little longer than the one before.
    private const ulong Uptime = 900_000_000;

    private static readonly byte[] s_release = "6.1.0-42-amd64"u8.ToArray();

    private readonly LoadOptions _options;
    private readonly LoadSockets _sockets;
    private readonly DatagramBurst _burst;
    private readonly LineWriter _lines;
    private readonly EventRecords _events = new();
    private readonly LoadHost[] _hosts;
    private readonly LoadHost[] _speakers;
    private readonly OopsText?[] _texts;
    private readonly long[] _crashes;
    private readonly SeededNumbers _crashNumbers;
    private readonly SeededNumbers _strangerNumbers;
    private readonly Queue<LoadPacket> _leaving = [];
    private readonly List<(LoadHost Host, ReportFate Fate)> _fates = [];
    private readonly long[] _uncertain;
    private readonly uint[] _strangers;
    private readonly ulong[] _strangerRecords;
    private int _nextSpeaker;
    private int _inARow;
    private long _nextCrash;

    public LoadFleet(LoadOptions options)
    {
        _options = options;
        _sockets = new LoadSockets(options.Target);
        _burst = new DatagramBurst(options.Target, [options.NetoopsPort, options.NetconsolePort, options.EvlogPort]);
        _lines = new LineWriter(options.HostName, options.LineBytes);
        _crashNumbers = new SeededNumbers(options.Seed, CrashStream);
        _strangerNumbers = new SeededNumbers(options.Seed, StrangerStream);
        _texts = new OopsText?[options.Signatures];
        _crashes = new long[options.Signatures];
        _uncertain = new long[options.Signatures];
        _hosts = [.. Enumerable.Range(0, options.Hosts).Select(Make)];
        _speakers = [.. _hosts.Where(host => host.Format != LoadFormat.Netoops)];

        // An odd factor shuffles the addresses without using one twice.
        _strangers = [.. Enumerable.Range(0, options.Strangers).Select(number => StrangerBase + ((uint)number * 2_654_435_761u & StrangerMask))];
        _strangerRecords = new ulong[options.Strangers];
    }

    public long Sent { get; private set; }

    public long Bytes { get; private set; }

    public long CrashesBegun => _nextCrash;

    public int PacketsOfCrash => _options.Rounds * PacketsOfDump;

    private int PacketsOfDump => (TextOf(0).Length + NetoopsFormat.DataLength - 1) / NetoopsFormat.DataLength;

    private long SentNetoops { get; set; }

    private long SentNetconsole { get; set; }

    private long SentBasic { get; set; }

    private long SentEvents { get; set; }

    private long SentByStrangers { get; set; }

    /// <summary>The next machine in turn sends a line.</summary>
    public void Say(TimeSpan elapsed)
    {
        var host = _speakers[_nextSpeaker];
        if (++_inARow >= _options.Burst)
        {
            _inARow = 0;
            _nextSpeaker = (_nextSpeaker + 1) % _speakers.Length;
        }

        PassRecord(host, new LoadPacket(null, 0, host.NextRecord(), UptimeOf(host, elapsed)));
    }

    /// <summary>The next machine in turn crashes. The lines of a report are sent at once; nothing of a dump has been sent yet.</summary>
    /// <returns>The dump; null for a report.</returns>
    public LoadDump? Crash(TimeSpan elapsed)
    {
        var host = _hosts[(int)(_nextCrash % _hosts.Length)];
        var signature = (int)(_nextCrash++ % _texts.Length);
        var micros = UptimeOf(host, elapsed);
        host.Crashes++;
        _crashes[signature]++;
        if (host.Format == LoadFormat.Netoops)
        {
            return MakeDump(host, signature, micros);
        }

        var text = TextOf(signature);
        var fate = host.Link is null ? null : new ReportFate(signature, isNumbered: host.Format == LoadFormat.Netconsole);
        if (fate is not null)
        {
            _fates.Add((host, fate));
        }

        var report = LoadDump.Netconsole(host, text.Make(micros, _crashNumbers), text.ReportStart, fate);
        for (var line = 0; line < report.Count; line++)
        {
            PassRecord(host, new LoadPacket(report, line, host.NextRecord(), micros + (ulong)line * 3));
        }

        return null;
    }

    /// <summary>Sends the next packet of a dump; false when that was its last.</summary>
    public bool SendNext(LoadDump dump)
    {
        var total = dump.Count * _options.Rounds;
        Pass(dump.Host, new LoadPacket(dump, dump.Taken % dump.Count, 0, 0), isSure: ++dump.Taken == total);
        if (dump.Taken < total)
        {
            return true;
        }

        Flush(dump.Host);
        dump.Host.Dumps++;
        dump.Host.MissingPackets += dump.Count - dump.DeliveredPackets;
        if (dump.DeliveredPackets < dump.Count)
        {
            dump.Host.PartialDumps++;
            dump.Host.UncertainCrashes++;
            _uncertain[dump.Signature]++;
        }

        return false;
    }

    /// <summary>Sends a dump of a new machine, without the simulated network.</summary>
    public LoadProbe Probe(int number, TimeSpan elapsed, Func<long> now)
    {
        // After the last machine, so that name and address are free.
        var host = new LoadHost(_options.Hosts + number, LoadFormat.Netoops, SourceOf(_options.Hosts + number)) { Socket = _sockets.Open() };
        var signature = number % _texts.Length;
        var dump = MakeDump(host, signature, UptimeOf(host, elapsed));
        long wholeAt = 0;
        for (var round = 0; round < _options.Rounds; round++)
        {
            for (var packet = 0; packet < dump.Count; packet++)
            {
                Leave(host, new LoadPacket(dump, packet, 0, 0));
            }

            _burst.Flush();
            if (round == 0)
            {
                wholeAt = now();
            }
        }

        _crashes[signature]++;
        Probes.Add(host);
        host.Crashes++;
        host.Dumps++;
        return new LoadProbe(NameOf(host), TextOf(signature).Function, wholeAt);
    }

    private List<LoadHost> Probes { get; } = [];

    /// <summary>Sends a line from a made-up address.</summary>
    public void SayAsStranger(TimeSpan elapsed)
    {
        var stranger = _strangerNumbers.Below(_strangers.Length);
        var source = _strangers[stranger];
        var length = _lines.WriteExtended(_burst.Slot, -1, new LoadPacket(null, 0, _strangerRecords[stranger]++, Uptime + (ulong)elapsed.TotalMicroseconds));
        _burst.Add(_hosts[0].Socket, length, _sockets.HasSources ? source : 0, NetconsolePort);
        Sent++;
        SentByStrangers++;
        SentNetconsole++;
        Bytes += length;
    }

    /// <summary>How many machines have a last line to send.</summary>
    public int Speakers => _speakers.Length;

    /// <summary>A machine that has sent something sends a last line that the network never drops, so that the receiver can detect what was
    /// lost before.</summary>
    public void SayLast(int speaker, TimeSpan elapsed)
    {
        var host = _speakers[speaker];
        if (host.Records == 0)
        {
            return;
        }

        Flush(host);
        Leave(host, new LoadPacket(null, 0, host.NextRecord(), UptimeOf(host, elapsed)));
    }

    /// <summary>Passes all queued datagrams to the kernel.</summary>
    public void Flush() => _burst.Flush();

    public LoadReport Report(TimeSpan elapsed, TimeSpan processorTime, TimeSpan mostBehind)
    {
        foreach (var (host, fate) in _fates.Where(one => !one.Fate.IsCertain))
        {
            host.UncertainCrashes++;
            _uncertain[fate.Signature]++;
        }

        _fates.Clear();
        var hosts = _hosts.Concat(Probes).Where(host => host.Sent > 0 || host.Records > 0).ToArray();
        return new LoadReport
        {
            Sent = Sent,
            Bytes = Bytes,
            NetoopsSent = SentNetoops,
            NetconsoleSent = SentNetconsole,
            NetconsoleBasicSent = SentBasic,
            EventsSent = SentEvents,
            StrangersSent = SentByStrangers,
            Lost = hosts.Sum(host => host.Link?.Lost ?? 0),
            Duplicated = hosts.Sum(host => host.Link?.Duplicated ?? 0),
            Late = hosts.Sum(host => host.Late),
            Dumps = hosts.Sum(host => host.Dumps),
            PartialDumps = hosts.Sum(host => host.PartialDumps),
            MissingPackets = hosts.Sum(host => host.MissingPackets),
            RepeatedPackets = hosts.Where(host => host.Format == LoadFormat.Netoops).Sum(host => host.Duplicates),
            Crashes = _crashes.Index().Where(crashes => crashes.Item > 0).ToDictionary(crashes => OopsText.FunctionOf(crashes.Index), crashes => crashes.Item),
            UncertainCrashes = _uncertain.Index().Where(crashes => crashes.Item > 0).ToDictionary(crashes => OopsText.FunctionOf(crashes.Index), crashes => crashes.Item),
            PacketsOfDump = PacketsOfDump,
            Refused = _burst.Refused,
            Elapsed = elapsed,
            ProcessorTime = processorTime,
            MostBehind = mostBehind,
            Hosts = [.. hosts.Select(host => host.Report(NameOf(host)))],
        };
    }

    public void Dispose() => _sockets.Dispose();

    private LoadHost Make(int number)
    {
        var format = _options.Format == LoadFormat.Mixed ? (LoadFormat)(number % 3) : _options.Format;
        return new LoadHost(number, format, SourceOf(number))
        {
            Socket = _sockets.Open(),
            Link = _options.Impairment == default ? null : new ImpairedLink<LoadPacket>(_options.Impairment, new SeededNumbers(_options.Seed, LinkStreamBase + number)),
        };
    }

    private OopsText TextOf(int signature) => _texts[signature] ??= new OopsText(signature, _options.LogBytes);

    private LoadDump MakeDump(LoadHost host, int signature, ulong micros)
    {
        // A machine that crashed boots again, so every dump has another boot id.
        var header = new NetoopsDumpHeader
        {
            DumpId = (ushort)_crashNumbers.Next(),
            BootId = (uint)_crashNumbers.Next() | 1,
            KernelRelease = s_release,
            UserBlob = _options.HostName.Length == 0 ? default : Encoding.ASCII.GetBytes($"host={NameOf(host)}\n"),
        };
        return LoadDump.Netoops(host, header, TextOf(signature).Make(micros, _crashNumbers), signature);
    }

    private string NameOf(LoadHost host)
    {
        if (_options.HostName.Length == 0)
        {
            return "";
        }

        Span<byte> name = stackalloc byte[128];
        return Encoding.ASCII.GetString(name[.._lines.WriteName(name, host.Number)]);
    }

    private uint SourceOf(int number) => _sockets.HasSources ? LoopbackSources.Of(number) : 0;

    // Another run is another boot. Otherwise a report of the same machine with the same printk time would correctly be treated as a
    // duplicate.
    private ulong UptimeOf(LoadHost host, TimeSpan elapsed) => Uptime + (uint)_options.Seed % 9_973 * 1_000_003UL + (ulong)host.Number * 1_000 + (ulong)elapsed.TotalMicroseconds;

    private void Pass(LoadHost host, in LoadPacket packet, bool isSure = false)
    {
        if (host.Link is null || isSure)
        {
            Leave(host, packet);
            return;
        }

        host.Link.Send(packet, _leaving);
        while (_leaving.TryDequeue(out var leaving))
        {
            Leave(host, leaving);
        }
    }

    // Records that were lost before the first one that arrives cannot be detected, because numbers may begin anywhere.
    private void PassRecord(LoadHost host, in LoadPacket packet) => Pass(host, packet, isSure: packet.Sequence == 0);

    private void Flush(LoadHost host)
    {
        host.Link?.Flush(_leaving);
        while (_leaving.TryDequeue(out var leaving))
        {
            Leave(host, leaving);
        }
    }

    private void Leave(LoadHost host, in LoadPacket packet)
    {
        int length;
        var port = NetconsolePort;
        packet.Dump?.Fate?.Leave(packet.Number);
        if (packet.Dump?.Writer is { } writer)
        {
            length = writer.Write(packet.Number, _burst.Slot);
            host.Sent++;
            host.Duplicates += packet.Dump.Deliver(packet.Number) ? 0 : 1;
            SentNetoops++;
            port = NetoopsPort;
        }
        else if (host.Format == LoadFormat.Evlog)
        {
            length = _events.Write(_burst.Slot, host.Number, packet.Sequence);
            host.Deliver(packet.Sequence);
            SentEvents++;
            port = EvlogPort;
        }
        else if (host.Format == LoadFormat.NetconsoleBasic)
        {
            length = _lines.WriteBasic(_burst.Slot, packet);
            host.Deliver(packet.Sequence);
            SentBasic++;
        }
        else
        {
            length = _lines.WriteExtended(_burst.Slot, host.Number, packet);
            host.Deliver(packet.Sequence);
            SentNetconsole++;
        }

        Sent++;
        Bytes += length;
        _burst.Add(host.Socket, length, host.Source, port);
    }
}
