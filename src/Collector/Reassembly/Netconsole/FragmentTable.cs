using Mayday.Collector.Datagrams;
using Mayday.Protocol;
using Mayday.Protocol.Netconsole;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The fragmented records of all streams of a shard, until they are complete, too old, or evicted.</summary>
internal sealed class FragmentTable(NetconsoleLimits limits, ShardCounters counters)
{
    // The kernel sends a record's fragments within a millisecond; after ten seconds no further one can be expected.
    private const long GiveUpAfter = 10_000_000;

    private readonly Dictionary<(ConsoleStream, ulong), FragmentedRecord> _records = [];
    private readonly LinkedList<FragmentedRecord> _byAge = new();
    private readonly byte[] _joined = new byte[ExtendedPacket.MaxFragmentTotal];

    public long HeldBytes { get; private set; }

    public int Count => _records.Count;

    public bool Holds(ConsoleStream stream, ulong sequence) => _records.ContainsKey((stream, sequence));

    /// <summary>Adds a fragment.</summary>
    /// <param name="isNew">False when every byte of it had already arrived.</param>
    /// <param name="body">The whole body, valid until the next call, when this fragment completes it; otherwise empty.</param>
    public PacketRejectReason Add(ExtendedStream stream, scoped in ExtendedPacket packet, Moment now, out bool isNew, out ReadOnlySpan<byte> body)
    {
        body = default;
        isNew = false;
        var key = ((ConsoleStream)stream, packet.Sequence);
        if (!_records.TryGetValue(key, out var record))
        {
            MakeRoom(stream);
            record = new FragmentedRecord(stream, packet.Sequence, packet.FragmentTotal, now);
            _records.Add(key, record);
            _byAge.AddLast(record.Node);
            stream.Fragmented.Add(record);
            HeldBytes += record.HeldBytes;
        }
        else if (record.Total != packet.FragmentTotal)
        {
            return PacketRejectReason.FragmentTotalChanged;
        }

        HeldBytes -= record.HeldBytes;
        isNew = record.Add(packet.FragmentOffset, packet.Body);
        HeldBytes += record.HeldBytes;
        KeepBound(record);
        if (record.IsWhole)
        {
            record.CopyTo(_joined);
            body = _joined.AsSpan(0, record.Total);
            Remove(record);
        }

        return PacketRejectReason.None;
    }

    public void Expire(Moment now)
    {
        while (_byAge.First is { } oldest && now.Monotonic - oldest.Value.First.Monotonic >= GiveUpAfter)
        {
            GiveUp(oldest.Value);
        }
    }

    public void Forget(ExtendedStream stream)
    {
        while (stream.Fragmented.Count > 0)
        {
            GiveUp(stream.Fragmented[0]);
        }
    }

    private void MakeRoom(ExtendedStream stream)
    {
        if (stream.Fragmented.Count >= limits.MaxFragmentedPerStream)
        {
            counters.Evicted(EvictedTable.Fragments);
            GiveUp(stream.Fragmented[0]);
        }

        KeepBound(null);
    }

    private void KeepBound(FragmentedRecord? but)
    {
        while (HeldBytes >= limits.MaxFragmentBytes && _byAge.First is { } oldest && oldest.Value != but)
        {
            counters.Evicted(EvictedTable.Fragments);
            GiveUp(oldest.Value);
        }
    }

    private void GiveUp(FragmentedRecord record)
    {
        counters.IncompleteRecords++;
        Remove(record);
    }

    private void Remove(FragmentedRecord record)
    {
        _records.Remove((record.Stream!, record.Sequence));
        _byAge.Remove(record.Node);
        ((ExtendedStream)record.Stream!).Fragmented.Remove(record);
        HeldBytes -= record.HeldBytes;
    }
}
