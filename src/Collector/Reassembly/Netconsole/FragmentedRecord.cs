using Mayday.Collector.Datagrams;
using Mayday.Collector.Reassembly.Netoops;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>One record whose fragments may arrive in any order. Where bytes overlap, the first copy is kept.</summary>
internal sealed class FragmentedRecord
{
    // A body has at most 75 KB and real fragments about 960 bytes. A record in more pieces is an attempt to waste processor time.
    private const int MaxPieces = 256;

    private readonly RangeMap _map = new();
    private readonly List<(int Offset, byte[] Bytes)> _pieces = new(2);

    public FragmentedRecord(ConsoleStream? stream, ulong sequence, int total, Moment first)
    {
        Stream = stream;
        Sequence = sequence;
        Total = total;
        First = first;
        Node = new LinkedListNode<FragmentedRecord>(this);
    }

    public ConsoleStream? Stream { get; }

    public ulong Sequence { get; }

    public int Total { get; }

    public Moment First { get; }

    public LinkedListNode<FragmentedRecord> Node { get; }

    public long HeldBytes { get; private set; } = 256;

    public bool IsWhole => _map.Covered == Total;

    public int Covered => _map.Covered;

    /// <summary>Adds a fragment; false when it contains nothing new.</summary>
    public bool Add(int offset, ReadOnlySpan<byte> body)
    {
        if (_pieces.Count >= MaxPieces || !_map.Add(offset, offset + body.Length))
        {
            return false;
        }

        _pieces.Add((offset, body.ToArray()));
        HeldBytes += body.Length + 48;
        return true;
    }

    /// <summary>Writes the record. Bytes that have not arrived are left unchanged in <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        // Write later pieces first, so that the first to arrive overwrites them where they overlap.
        for (var i = _pieces.Count - 1; i >= 0; i--)
        {
            _pieces[i].Bytes.CopyTo(destination[_pieces[i].Offset..]);
        }
    }

    /// <summary>The ranges of bytes that have arrived, ascending.</summary>
    public IReadOnlyList<(int Start, int End)> Ranges => _map.Ranges;
}
