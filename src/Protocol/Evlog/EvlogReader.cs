namespace Mayday.Protocol.Evlog;

/// <summary>
/// Walks the records of a datagram or a file: netlink frames back to back (each begins at a multiple of four), or records as drained by
/// system call, back to back without frames. A refused frame costs only itself wherever the next one can be found. Allocates nothing,
/// never throws, and every step consumes at least one byte.
/// <code>
/// var reader = new EvlogReader(datagram);
/// while (reader.MoveNext())
///     if (reader.Reason == PacketRejectReason.None) use(reader.Record); else count(reader.Reason);
/// </code>
/// </summary>
public ref struct EvlogReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly EvlogLayout _drained;
    private readonly bool _isDrained;
    private readonly bool _isBigEndian;
    private int _next;

    /// <summary>Decides how the records are framed; reads none yet.</summary>
    /// <param name="bytes">The whole datagram.</param>
    public EvlogReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        if (EvlogFrame.IsDrained(bytes, out _isBigEndian))
        {
            _isDrained = true;
            _drained = FindDrainedLayout(bytes, _isBigEndian);
        }
    }

    /// <summary>The current record, when <see cref="Reason"/> is <see cref="PacketRejectReason.None"/>.</summary>
    public EvlogRecord Record { get; private set; }

    /// <summary>Why the current record was refused.</summary>
    public PacketRejectReason Reason { get; private set; }

    /// <summary>Where the current record begins, including its frame, in bytes from the start.</summary>
    public int Offset { get; private set; }

    /// <summary>The bytes of the current record, with frame and padding; for a refused one the bytes that were skipped.</summary>
    public readonly ReadOnlySpan<byte> Frame => _bytes[Offset.._next];

    /// <summary>Moves to the next record, valid or refused.</summary>
    /// <returns>False at the end.</returns>
    public bool MoveNext()
    {
        if (_next >= _bytes.Length)
        {
            return false;
        }

        Offset = _next;
        var rest = _bytes[_next..];
        var isSound = _isDrained
            ? EvlogRecord.TryParseDrained(rest, _drained, _isBigEndian, out var record, out var consumed, out var reason)
            : EvlogRecord.TryParseFrame(rest, out record, out consumed, out reason);
        Record = isSound ? record : default;
        Reason = reason;
        _next += consumed;
        return true;
    }

    // Chooses the layout whose records end exactly at the end of the bytes, or in a partial last record. Among several, it is the one with
    // more complete records, then the one that ends exactly.
    private static EvlogLayout FindDrainedLayout(ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        var best = EvlogLayout.Drained64;
        var bestScore = -1L;
        for (var layout = EvlogLayout.Drained32; layout <= EvlogLayout.DrainedSecond64; layout++)
        {
            if (EvlogRecord.ReadVersion(bytes, isBigEndian) != EvlogOffsets.Of(layout).Version)
            {
                continue;
            }

            var rest = bytes;
            long score = 0;
            PacketRejectReason reason = PacketRejectReason.None;
            while (!rest.IsEmpty && EvlogRecord.TryParseDrained(rest, layout, isBigEndian, out _, out var consumed, out reason))
            {
                score += 4;
                rest = rest[consumed..];
            }

            score += rest.IsEmpty ? 2 : reason is PacketRejectReason.EvlogBeyondEnd or PacketRejectReason.EvlogTooShort ? 1 : 0;
            if (score > bestScore)
            {
                best = layout;
                bestScore = score;
            }
        }

        return best;
    }
}
