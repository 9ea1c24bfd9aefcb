using Mayday.Protocol.Netoops;

namespace Mayday.Simulation.Load;

/// <summary>One crash of one machine while it is being sent: a netoops dump, or the lines of its report.</summary>
internal sealed class LoadDump
{
    private readonly byte[] _log;
    private readonly ulong[] _delivered;
    private readonly List<Range> _lines = [];

    private LoadDump(LoadHost host, byte[] log, int packets)
    {
        Host = host;
        _log = log;
        _delivered = new ulong[(packets + 63) / 64];
    }

    public LoadHost Host { get; }

    /// <summary>Number of the simulated bug, for a dump.</summary>
    public int Signature { get; private init; }

    public NetoopsWriter? Writer { get; private init; }

    /// <summary>What the network did to the lines that name the crash; null for a dump, and without a simulated network.</summary>
    public ReportFate? Fate { get; private init; }

    /// <summary>Packets of the dump, or lines of the report.</summary>
    public int Count => Writer?.PacketCount ?? _lines.Count;

    /// <summary>Packets that have entered the network, in all rounds.</summary>
    public int Taken { get; set; }

    public int DeliveredPackets { get; private set; }

    public static LoadDump Netoops(LoadHost host, NetoopsDumpHeader header, byte[] log, int signature)
    {
        var writer = new NetoopsWriter(header, log);
        return new LoadDump(host, log, writer.PacketCount) { Writer = writer, Signature = signature };
    }

    public static LoadDump Netconsole(LoadHost host, byte[] log, int reportStart, ReportFate? fate)
    {
        var dump = new LoadDump(host, log, 0) { Fate = fate };
        for (var start = reportStart; start < log.Length;)
        {
            var end = start + log.AsSpan(start).IndexOf((byte)'\n');
            dump._lines.Add(start..end);
            start = end + 1;
        }

        return dump;
    }

    /// <summary>A line as printk printed it: level, time, text.</summary>
    public ReadOnlySpan<byte> Line(int number) => _log.AsSpan(_lines[number]);

    /// <summary>Counts a packet that was sent; false when a copy of it was sent before.</summary>
    public bool Deliver(int number)
    {
        ref var word = ref _delivered[number / 64];
        var bit = 1UL << (number % 64);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        DeliveredPackets++;
        return true;
    }
}
