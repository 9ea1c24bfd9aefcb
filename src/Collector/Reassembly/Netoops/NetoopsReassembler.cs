using System.Diagnostics.CodeAnalysis;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Collector.Loss;
using Mayday.Protocol;
using Mayday.Protocol.Netoops;
using Mayday.Store.Ingest;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>Reassembles netoops packets: three rounds, any order, losses, copies that contradict each other, late rounds. No I/O and no
/// clock: add a packet at <c>now</c>, take the finished dumps, ask for the next deadline. Every table is bounded. A full table still
/// accepts packets for the keys it holds; only a new key evicts something. An evicted dump is finished early as a partial dump, and
/// counted.</summary>
internal sealed partial class NetoopsReassembler(NetoopsLimits limits, ShardCounters counters, ShardJournal? journal = null, LossLedger? loss = null)
{
    // A log ring that is overwritten twice while it is sent, or three soft dumps in one second. No real log needs more.
    private const int MaxGenerations = 4;

    private const string EarlySource = "finished early: too many dumps in flight from this source";
    private const string EarlyTable = "finished early: too many dumps in flight";
    private const string EarlyBytes = "finished early: the collector's memory for dumps in flight was full";
    private const string EarlyAge = "finished early: packets kept coming for too long";
    private const string EarlyStop = "finished early: the collector was stopped";

    private readonly Dictionary<ulong, NetoopsFamily> _families = [];
    private readonly Dictionary<SourceEndPoint, List<NetoopsAssembly>> _pendingBySource = [];

    // Both are ordered by time, so the first is always the next to expire: all dumps have the same quiet time and the same memory time.
    private readonly LinkedList<NetoopsAssembly> _pending = new();
    private readonly LinkedList<NetoopsAssembly> _remembered = new();
    private readonly Queue<NetoopsDump> _finished = new();

    private long _heldBytes;

    public int PendingCount => _pending.Count;

    public int RememberedCount => _remembered.Count;

    public long HeldBytes => _heldBytes;

    /// <summary>Monotonic microseconds at which <see cref="Expire"/> has work to do; null while nothing is in flight.</summary>
    public long? NextDeadline => _pending.First is { } oldest ? oldest.Value.Last.Monotonic + limits.Quiet : null;

    public bool TryTake([NotNullWhen(true)] out NetoopsDump? dump) => _finished.TryDequeue(out dump);

    public void Add(in SourceEndPoint source, in NetoopsPacket packet, Moment now)
    {
        var text = packet.Data.TrimEnd((byte)0);
        var family = Find(source, packet.Prefix, out var key);
        if (family is null)
        {
            family = new NetoopsFamily(key, source, NetoopsFamily.WithoutNumber(packet.Prefix), packet.PacketCount);
            Store(Open(family, null, now), packet.PacketNumber, text, packet.Data.Length, isShared: false, now);
            return;
        }

        Place(family, packet.PacketNumber, text, packet.Data.Length, now);
    }

    /// <summary>Finishes dumps whose quiet time has passed, and forgets finished ones after their memory time.</summary>
    public void Expire(Moment now)
    {
        while (_pending.First is { } head && head.Value.Last.Monotonic + limits.Quiet <= now.Monotonic)
        {
            Finish(head.Value, now, early: null);
        }

        while (_remembered.First is { } head && head.Value.Last.Monotonic + limits.Remember <= now.Monotonic)
        {
            Drop(head.Value);
        }
    }

    /// <summary>Finishes everything at shutdown.</summary>
    public void Flush(Moment now)
    {
        while (_pending.First is { } head)
        {
            Finish(head.Value, now, EarlyStop);
        }

        while (_remembered.First is { } head)
        {
            Drop(head.Value);
        }
    }

    private NetoopsFamily? Find(in SourceEndPoint source, ReadOnlySpan<byte> prefix, out ulong key)
    {
        key = NetoopsFamily.KeyOf(source, prefix);
        while (_families.TryGetValue(key, out var family))
        {
            if (family.Has(source, prefix))
            {
                return family;
            }

            key++;
        }

        return null;
    }

    private void Place(NetoopsFamily family, int number, ReadOnlySpan<byte> text, int dataLength, Moment now)
    {
        var current = family.Current!;
        var relation = current.Compare(number, text);
        if (relation == PacketRelation.Same)
        {
            CountCopy(current, number, now);
            return;
        }

        var twin = FindOther(family, current, number, text, PacketRelation.Same);
        if (relation == PacketRelation.Absent)
        {
            PlaceAbsent(family, current, twin, number, text, dataLength, now);
            return;
        }

        if (current.IsShared(number))
        {
            // This packet was taken to be equal in both dumps and is not: the copy of its own generation replaces it.
            Contradict(current, number);
            Store(current, number, text, dataLength, isShared: false, now);
        }
        else if (twin is not null)
        {
            family.Current = twin;
            CountCopy(twin, number, now);
        }
        else if (FindOther(family, current, number, text, PacketRelation.Absent) is { IsPending: true } younger && younger.Elder is not null)
        {
            family.Current = younger;
            Contradict(younger, number);
            Store(younger, number, text, dataLength, isShared: false, now);
        }
        else
        {
            counters.ConflictingFragments++;
            if (family.Generations.Count >= MaxGenerations)
            {
                current.Conflicting++;
                current.Copies?.Note(number);
                return;
            }

            var opened = Open(family, current, now);
            opened.LowestConflict = number;
            Store(opened, number, text, dataLength, isShared: false, now);
        }
    }

    private void PlaceAbsent(
        NetoopsFamily family, NetoopsAssembly current, NetoopsAssembly? twin, int number, ReadOnlySpan<byte> text, int dataLength, Moment now)
    {
        if (twin is not null)
        {
            // Seen before in another generation. Two dumps in one second share their older packets, so the younger one counts it as its own
            // too.
            CountCopy(twin, number, now);
            if (current.IsPending && current.Elder is not null)
            {
                Store(current, number, text, dataLength, isShared: true, now);
            }

            return;
        }

        if (!current.IsPending)
        {
            var other = FindOther(family, current, number, text, PacketRelation.Absent);
            if (other is not { IsPending: true })
            {
                // The dump was finished as partial, and this packet arrived after its quiet time.
                counters.LateFragments++;
                current.Copies?.Note(number);
                return;
            }

            current = other;
        }

        if (current.Elder is { IsPending: true } elder && current.IsOverwrittenRing && elder.Compare(number, text) == PacketRelation.Absent)
        {
            // As far as can be known, both are one dump whose oldest packets differ between rounds. The first copy of the dump needs this
            // packet.
            Store(current, number, text, dataLength, isShared: true, now);

            // Making room for this assembly may already have finished the older one.
            if (elder.IsPending)
            {
                Store(elder, number, text, dataLength, isShared: false, now);
            }

            return;
        }

        Store(current, number, text, dataLength, isShared: false, now);
    }

    private static NetoopsAssembly? FindOther(
        NetoopsFamily family, NetoopsAssembly but, int number, ReadOnlySpan<byte> text, PacketRelation relation)
    {
        for (var i = family.Generations.Count - 1; i >= 0; i--)
        {
            var generation = family.Generations[i];
            if (generation != but && generation.Compare(number, text) == relation)
            {
                return generation;
            }
        }

        return null;
    }

    private void Contradict(NetoopsAssembly assembly, int number)
    {
        counters.ConflictingFragments++;
        assembly.LowestConflict = Math.Min(assembly.LowestConflict, number);
    }

    private void CountCopy(NetoopsAssembly assembly, int number, Moment now)
    {
        counters.DuplicateFragments++;
        assembly.CountCopy(number);
        assembly.Copies?.Note(number);
        Touch(assembly, now);
    }

    private NetoopsAssembly Open(NetoopsFamily family, NetoopsAssembly? elder, Moment now)
    {
        MakeRoom(family.Source, now);

        // Making room may have removed the last generation of this same family.
        _families[family.Key] = family;
        var assembly = new NetoopsAssembly(family, elder, now) { IsRestored = _isRestoring };
        family.Generations.Add(assembly);
        family.Current = assembly;
        _pending.AddLast(assembly.Node);
        if (!_pendingBySource.TryGetValue(family.Source, out var ofSource))
        {
            _pendingBySource.Add(family.Source, ofSource = new List<NetoopsAssembly>(1));
        }

        ofSource.Add(assembly);
        _heldBytes += assembly.HeldBytes;
        counters.PendingDumps = _pending.Count;
        return assembly;
    }

    private void MakeRoom(in SourceEndPoint source, Moment now)
    {
        if (_pendingBySource.TryGetValue(source, out var ofSource) && ofSource.Count >= limits.MaxPendingPerSource)
        {
            counters.Evicted(EvictedTable.NetoopsSource);
            Finish(ofSource[0], now, EarlySource);
        }

        if (_pending.Count >= limits.MaxPending)
        {
            counters.Evicted(EvictedTable.NetoopsPending);
            Finish(_pending.First!.Value, now, EarlyTable);
        }
    }

    private void Store(NetoopsAssembly assembly, int number, ReadOnlySpan<byte> text, int dataLength, bool isShared, Moment now)
    {
        assembly.Copies?.Note(number);
        if (assembly.LogBytes + text.Length > limits.MaxDumpBytes)
        {
            counters.RefusedFragments++;
            return;
        }

        Write(assembly, now);
        _heldBytes -= assembly.HeldBytes;
        assembly.Store(number, text, dataLength, isShared);
        _heldBytes += assembly.HeldBytes;
        Touch(assembly, now);

        if (assembly.IsWhole)
        {
            Finish(assembly, now, early: null);
        }
        else if (now.Monotonic - assembly.First.Monotonic > limits.MaxAge)
        {
            Finish(assembly, now, EarlyAge);
        }

        while (_heldBytes > limits.MaxFragmentBytes && _pending.First is { } silent && silent.Value != assembly)
        {
            counters.Evicted(EvictedTable.NetoopsBytes);
            Finish(silent.Value, now, EarlyBytes);
        }

        counters.PendingBytes = _heldBytes;
    }

    private void Touch(NetoopsAssembly assembly, Moment now)
    {
        if (!assembly.IsPending)
        {
            return;
        }

        assembly.Last = now;
        if (_pending.Last != assembly.Node)
        {
            _pending.Remove(assembly.Node);
            _pending.AddLast(assembly.Node);
        }
    }

    private void Finish(NetoopsAssembly assembly, Moment now, string? early)
    {
        _pending.Remove(assembly.Node);
        _heldBytes -= assembly.HeldBytes;
        var ofSource = _pendingBySource[assembly.Family.Source];
        ofSource.Remove(assembly);
        if (ofSource.Count == 0)
        {
            _pendingBySource.Remove(assembly.Family.Source);
        }

        if (assembly.IsOverwrittenRing)
        {
            // Not a second dump: the first copy is kept, and the difference is noted while its dump is still here.
            assembly.Elder!.Conflicting += assembly.OwnPackets;
            assembly.Elder.Copies?.Take(assembly.Copies!);
            assembly.Copies = null;
            assembly.Discard();
            journal?.Settle(assembly.Ticket);
        }
        else
        {
            _finished.Enqueue(assembly.Finish(early, journal));
            WriteFinished(assembly, early, now);
        }

        assembly.Elder = null;
        assembly.Last = now;
        Remember(assembly);
        counters.PendingDumps = _pending.Count;
        counters.PendingBytes = _heldBytes;
    }

    private void Remember(NetoopsAssembly assembly)
    {
        _remembered.AddLast(assembly.Node);
        if (_remembered.Count > limits.MaxRemembered)
        {
            counters.Evicted(EvictedTable.NetoopsRemembered);
            Drop(_remembered.First!.Value);
        }
    }

    private void Drop(NetoopsAssembly assembly)
    {
        _remembered.Remove(assembly.Node);
        journal?.Forget(assembly.Ticket);
        Account(assembly);
        var family = assembly.Family;
        family.Generations.Remove(assembly);
        if (family.Generations.Count == 0)
        {
            _families.Remove(family.Key);
        }
        else if (family.Current == assembly)
        {
            family.Current = family.Generations[^1];
        }
    }

    // Only now is it known which copies did not arrive, because late rounds were still possible before.
    private void Account(NetoopsAssembly assembly)
    {
        if (assembly.Copies is { } copies)
        {
            loss?.Add(assembly.Family.Source, Transport.Netoops, new LossCounts
            {
                Received = copies.Received,
                Lost = copies.Lost,
                LostText = copies.LostPackets,
                Duplicates = copies.Duplicates,
                Reordered = copies.Reordered,
            });
            assembly.Copies = null;
        }
    }
}
