using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Mayday.Collector;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Protocol.Netoops;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Benchmarks;

/// <summary>
/// What the receiving thread does beside the system call: classify, parse, order, keep lines, look for crashes, reassemble. Netconsole is per
/// datagram of 1,024 hosts in the steady state and allocates 0 bytes; netoops is per packet of a dump of 64 KiB sent three times.
/// </summary>
[MemoryDiagnoser]
public class Reassembly
{
    private const int Hosts = 1_024;
    private const int Rounds = 16;
    private const int SequenceDigits = 10;
    private const int DumpPackets = 65 * 3;

    private readonly byte[] _extended = Encoding.ASCII.GetBytes("6,0000000000,501151268,-;usb 1-1: new high-speed USB device number 2 using xhci_hcd, port 3 of hub 2, again and again\n");
    private readonly byte[] _basic = Encoding.ASCII.GetBytes("[   12.345678] usb 1-1: new high-speed USB device number 2 using xhci_hcd, port 3 of hub 2, again and again\n");
    private readonly SourceEndPoint[] _sources = [.. Enumerable.Range(0, Hosts).Select(i => SourceEndPoint.FromIPv4(0x0a000000u + (uint)i, 6665))];
    private byte[][] _packets = [];
    private DatagramIntake _intake = null!;
    private Moment _now = new(1_000_000_000, 1_790_000_000_000_000);
    private int _sequence;
    private ushort _dumpId;

    [GlobalSetup]
    public void Prepare()
    {
        using var counters = new CollectorCounters();
        _intake = new DatagramIntake(new CollectorOptions { Name = "benchmark" }, 1, counters.AddShard(), NullLogger.Instance);
        var log = new byte[64 << 10];
        log.AsSpan().Fill((byte)'x');
        var writer = new NetoopsWriter(new NetoopsDumpHeader { DumpId = 1, BootId = 2, KernelRelease = "6.1.0-56-amd64"u8.ToArray() }, log.AsMemory(1), log.AsMemory(0, 1));
        _packets = [.. Enumerable.Range(0, writer.PacketCount).Select(number =>
        {
            var packet = new byte[writer.PacketLength];
            writer.Write(number, packet);
            return packet;
        })];

        // Rings and lists reach their size before anything is measured.
        for (var i = 0; i < 16; i++)
        {
            ExtendedDatagram();
            BasicDatagram();
        }
    }

    [Benchmark(OperationsPerInvoke = Hosts * Rounds)]
    public void ExtendedDatagram()
    {
        for (var round = 0; round < Rounds; round++)
        {
            (_sequence++).TryFormat(_extended.AsSpan(2, SequenceDigits), out _, "D10", CultureInfo.InvariantCulture);
            foreach (ref readonly var source in _sources.AsSpan())
            {
                _intake.Take(_extended, source, isTruncated: false, _now);
            }

            Pass(1_000);
        }
    }

    [Benchmark(OperationsPerInvoke = Hosts * Rounds)]
    public void BasicDatagram()
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (ref readonly var source in _sources.AsSpan())
            {
                _intake.Take(_basic, source, isTruncated: false, _now);
            }

            Pass(1_000);
        }
    }

    /// <summary>Packets of a dump of 64 KiB in three rounds, the joining of its log included.</summary>
    [Benchmark(OperationsPerInvoke = DumpPackets)]
    public long NetoopsPacket()
    {
        _dumpId++;
        for (var round = 0; round < 3; round++)
        {
            foreach (var packet in _packets)
            {
                BitConverter.TryWriteBytes(packet.AsSpan(2), _dumpId);
                _intake.Take(packet, _sources[0], isTruncated: false, _now);
            }
        }

        Pass(1_000_000);
        long bytes = 0;
        while (_intake.TryTake(out var dump))
        {
            bytes += dump.Join("benchmark").Log.Length;
        }

        return bytes;
    }

    private void Pass(long microseconds)
    {
        _now = new Moment(_now.Monotonic + microseconds, _now.Unix + microseconds);
        _intake.Tick(_now);
    }
}
