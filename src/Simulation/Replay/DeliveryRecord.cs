using Mayday.Protocol;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;

namespace Mayday.Simulation.Replay;

/// <summary>Compares what a host meant to send with what was sent, so that the report can say what a receiver must find missing. It reads
/// the datagrams themselves, so a replayed capture is accounted for like a written dump.</summary>
internal sealed class DeliveryRecord
{
    private readonly Dictionary<string, Dump> _dumps = new(StringComparer.Ordinal);
    private readonly List<Dump> _order = [];
    private readonly HashSet<(int Stream, ulong Sequence, int Offset)> _undelivered = [];

    /// <summary>A datagram is about to enter the network.</summary>
    public void Planned(int stream, byte[] datagram)
    {
        if (TryFindDump(datagram, out var dump, out var number))
        {
            dump.Planned[number] = dump.Planned.GetValueOrDefault(number);
        }
        else if (TryFindRecord(stream, datagram, out var record))
        {
            _undelivered.Add(record);
        }
    }

    /// <summary>A datagram left.</summary>
    public void Delivered(int stream, byte[] datagram)
    {
        if (TryFindDump(datagram, out var dump, out var number))
        {
            dump.Planned[number] = true;
        }
        else if (TryFindRecord(stream, datagram, out var record))
        {
            _undelivered.Remove(record);
        }
    }

    public IReadOnlyList<ReplayedDump> Dumps() => [.. _order.Select(dump => new ReplayedDump(
        dump.BootId, dump.DumpId, dump.PacketCount, [.. dump.Planned.Where(packet => !packet.Value).Select(packet => packet.Key).Order()]))];

    public IReadOnlyList<ulong> LostRecords() => [.. _undelivered.Select(record => record.Sequence).Distinct().Order()];

    private bool TryFindDump(byte[] datagram, out Dump dump, out int number)
    {
        dump = null!;
        number = 0;
        if (DatagramClassifier.Classify(datagram) != DatagramFormat.Netoops || !NetoopsPacket.TryParse(datagram, out var packet, out _))
        {
            return false;
        }

        Span<byte> key = stackalloc byte[NetoopsPacket.KeyLength];
        packet.ComputeKey(key);
        var name = Convert.ToHexString(key);
        number = packet.PacketNumber;
        if (!_dumps.TryGetValue(name, out dump!))
        {
            dump = new Dump(packet.BootId, packet.DumpId, packet.PacketCount);
            _dumps.Add(name, dump);
            _order.Add(dump);
        }

        return true;
    }

    private static bool TryFindRecord(int stream, byte[] datagram, out (int Stream, ulong Sequence, int Offset) record)
    {
        var isRecord = ExtendedPacket.TryParse(datagram, out var packet, out _);
        record = (stream, packet.Sequence, packet.FragmentOffset);
        return isRecord;
    }

    private sealed record Dump(uint BootId, ushort DumpId, int PacketCount)
    {
        public Dictionary<int, bool> Planned { get; } = [];
    }
}
