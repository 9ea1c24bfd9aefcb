using Mayday.Collector.Datagrams;
using Mayday.Collector.Loss;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>One sender's console: an address, a port and a format. Several machines behind one NAT are several streams. This class holds
/// what every stream has; the derived classes add what their format can tell.</summary>
internal abstract class ConsoleStream
{
    protected ConsoleStream(SourceEndPoint source)
    {
        Source = source;
        Node = new LinkedListNode<ConsoleStream>(this);
    }

    public SourceEndPoint Source { get; }

    /// <summary>The node in the list of new or of known streams, the stream that has been silent longest first.</summary>
    public LinkedListNode<ConsoleStream> Node { get; }

    /// <summary>The node in the list of streams that keep lines; null while this stream keeps none.</summary>
    public LinkedListNode<ConsoleStream>? RingNode { get; set; }

    public Moment LastHeard { get; set; }

    /// <summary>Arrival of its first datagram, in monotonic microseconds.</summary>
    public long FirstHeard { get; init; }

    /// <summary>The sender has been active for a while. When memory is short, other streams are dropped before it: a forged source address
    /// is usually seen once.</summary>
    public bool IsKnown { get; set; }

    /// <summary>When its position in the lists was last updated. Once a second is often enough.</summary>
    public long Listed { get; set; }

    public LineRing? Ring { get; set; }

    public CrashWindow? Window { get; set; }

    /// <summary>A full window that still accepts records from before <see cref="ClosingBefore"/>.</summary>
    public CrashWindow? Closing { get; set; }

    public ulong ClosingBefore { get; set; }

    /// <summary>The sender's packet counts; created with its first packet.</summary>
    public LossTally? Loss { get; set; }

    public abstract bool IsExtended { get; }

    /// <summary>The sender started again: a reboot, or its console was registered again.</summary>
    public abstract void Reset();
}
