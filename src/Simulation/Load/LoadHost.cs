using System.Net;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Load;

/// <summary>One machine of a load: what it printed, and what of that was sent.</summary>
internal sealed class LoadHost(int number, LoadFormat format, uint source)
{
    // Reordering moves a datagram by at most nine places.
    private ulong _window;
    private ulong _newest;

    public int Number => number;

    public LoadFormat Format => format;

    /// <summary>IPv4 source, first byte highest; 0 where the system chooses.</summary>
    public uint Source => source;

    /// <summary>The socket it sends by.</summary>
    public nint Socket { get; set; }

    public ImpairedLink<LoadPacket>? Link { get; set; }

    public ulong Records { get; private set; }

    public long DistinctRecords { get; private set; }

    public long Sent { get; set; }

    public long Duplicates { get; set; }

    public long Late { get; private set; }

    public long Crashes { get; set; }

    public long Dumps { get; set; }

    public long PartialDumps { get; set; }

    /// <summary>Reports and dumps that the network damaged so much that a receiver cannot count them correctly.</summary>
    public long UncertainCrashes { get; set; }

    public long MissingPackets { get; set; }

    /// <summary>The number of the next record it prints.</summary>
    public ulong NextRecord() => Records++;

    /// <summary>Counts a record that was sent: whether it is a copy, and whether a later one was sent before.</summary>
    public void Deliver(ulong sequence)
    {
        Sent++;
        if (DistinctRecords == 0 || sequence > _newest)
        {
            var step = DistinctRecords == 0 ? 64 : sequence - _newest;
            _window = (step >= 64 ? 0 : _window << (int)step) | 1;
            _newest = sequence;
            DistinctRecords++;
            return;
        }

        var bit = 1UL << (int)(_newest - sequence);
        if ((_window & bit) != 0)
        {
            Duplicates++;
            return;
        }

        _window |= bit;
        DistinctRecords++;
        Late++;
    }

    public LoadedHost Report(string name) => new(
        name,
        source == 0 ? IPAddress.Any : LoopbackSources.ToAddress(source),
        format,
        Sent,
        (long)Records,
        format == LoadFormat.Netoops ? MissingPackets : (long)Records - DistinctRecords,
        Duplicates,
        Late,
        Dumps,
        PartialDumps,
        Crashes,
        Link?.Lost ?? 0,
        Link?.Duplicated ?? 0,
        UncertainCrashes);
}
