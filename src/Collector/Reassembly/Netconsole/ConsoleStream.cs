using Mayday.Collector.Datagrams;
using Mayday.Collector.Loss;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>
/// One sender's console: an address, a port and a format (several machines behind one NAT are several streams). Holds what every stream
/// has; the formats add what they can tell.
/// </summary>
internal abstract class ConsoleStream
{
    protected ConsoleStream(SourceEndPoint source)
    {
        Source = source;
        Node = new LinkedListNode<ConsoleStream>(this);
    }

    public SourceEndPoint Source { get; }

    /// <summary>Place in the list of strangers or of known streams, longest silent first.</summary>
    public LinkedListNode<ConsoleStream> Node { get; }

    /// <summary>Place in the list of streams that keep lines; null while it keeps none.</summary>
    public LinkedListNode<ConsoleStream>? RingNode { get; set; }

    public Moment LastHeard { get; set; }

    /// <summary>Monotonic microseconds of its first datagram.</summary>
    public long FirstHeard { get; init; }

    /// <summary>It has been talking for a while. Strangers give way before it: sources that a flood makes up are heard once.</summary>
    public bool IsKnown { get; set; }

    /// <summary>When its places in the lists were last brought up to date (once a second is often enough).</summary>
    public long Listed { get; set; }

    public LineRing? Ring { get; set; }

    public CrashWindow? Window { get; set; }

    /// <summary>A full window that still takes records from before <see cref="ClosingBefore"/>.</summary>
    public CrashWindow? Closing { get; set; }

    public ulong ClosingBefore { get; set; }

    /// <summary>What its packets came to; made with its first.</summary>
    public LossTally? Loss { get; set; }

    public abstract bool IsExtended { get; }

    /// <summary>The sender began again: a reboot, or its console was registered anew.</summary>
    public abstract void Reset();
}
