using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>
/// Which stream gives way first where a table is full: strangers before senders that are known, and among each the longest silent. Streams that keep
/// lines stand in an order of their own.
/// </summary>
internal sealed class SilenceOrder
{
    // Places are brought up to date at most once a second: a move a datagram would cost more than the order is worth.
    private const long ListAgain = 1_000_000;

    // A flood of made-up sources repeats none of them for so long.
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

    /// <summary>The stream whose lines go when there are too many; the one that has just spoken keeps what it said.</summary>
    public ConsoleStream? FirstWithLines(ConsoleStream but) => FirstOf(_strangersWithLines, but) ?? FirstOf(_knownWithLines, but);

    /// <summary>The stream speaks: it goes to the end of its lists.</summary>
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
