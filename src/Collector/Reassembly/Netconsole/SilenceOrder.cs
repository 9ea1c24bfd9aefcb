using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Which stream is evicted first from a full table: new senders before known ones, and in each group the one that has been silent
/// longest. Streams that keep lines have lists of their own.</summary>
internal sealed class SilenceOrder
{
    // Positions are updated at most once a second (microseconds): moving a stream for every datagram would cost more than an exact order is
    // worth.
    private const long ListAgain = 1_000_000;

    // A sender is known after this time (microseconds). A flood of forged addresses repeats none of them for so long.
    private const long KnownAfter = 10_000_000;

    private readonly LinkedList<ConsoleStream> _strangers = new();
    private readonly LinkedList<ConsoleStream> _known = new();
    private readonly LinkedList<ConsoleStream> _strangersWithLines = new();
    private readonly LinkedList<ConsoleStream> _knownWithLines = new();

    /// <summary>The stream to forget when there are too many.</summary>
    public ConsoleStream First => (_strangers.First ?? _known.First)!.Value;

    public void Add(ConsoleStream stream, Moment now)
    {
        stream.Listed = now.Monotonic;
        _strangers.AddLast(stream.Node);
    }

    public void Remove(ConsoleStream stream) => stream.Node.List!.Remove(stream.Node);

    public void AddLines(ConsoleStream stream)
    {
        stream.RingNode ??= new LinkedListNode<ConsoleStream>(stream);
        (stream.IsKnown ? _knownWithLines : _strangersWithLines).AddLast(stream.RingNode);
    }

    public void RemoveLines(ConsoleStream stream) => stream.RingNode!.List!.Remove(stream.RingNode);

    /// <summary>The stream whose lines are dropped when there are too many. The stream that has just sent keeps its lines.</summary>
    public ConsoleStream? FirstWithLines(ConsoleStream but) => FirstOf(_strangersWithLines, but) ?? FirstOf(_knownWithLines, but);

    /// <summary>The stream sent something: moves it to the end of its lists.</summary>
    public void Hear(ConsoleStream stream, Moment now)
    {
        if (now.Monotonic - stream.Listed < ListAgain)
        {
            return;
        }

        stream.Listed = now.Monotonic;
        stream.IsKnown = stream.IsKnown || now.Monotonic - stream.FirstHeard >= KnownAfter;
        Remove(stream);
        (stream.IsKnown ? _known : _strangers).AddLast(stream.Node);
        if (stream.Ring is not null)
        {
            RemoveLines(stream);
            AddLines(stream);
        }
    }

    private static ConsoleStream? FirstOf(LinkedList<ConsoleStream> list, ConsoleStream but) =>
        (list.First?.Value == but ? list.First?.Next : list.First)?.Value;
}
