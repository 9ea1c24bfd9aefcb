using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Collector.Loss;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>How a packet relates to an assembly that may already hold its number.</summary>
internal enum PacketRelation
{
    Absent,
    Same,
    Different,
}

/// <summary>One dump in reassembly or, after it was handed on, the hashes that distinguish its late rounds from a new dump. Generations are
/// dumps of one source with byte-equal prefixes; only their text differs.</summary>
internal sealed class NetoopsAssembly
{
    /// <summary>Approximate bookkeeping beside the log bytes, so that the byte budget also limits a flood of tiny dumps.</summary>
    public const int Overhead = 1024;

    // During a burst of milliseconds printk overwrites a few lines, not pages of text.
    private const int MostOverwritten = 8;

    private struct Fragment
    {
        public BlockSlice Bytes;
        public int Copies;

        /// <summary>Equal to the older generation's packet. If this generation's own packet arrives, it replaces this one.</summary>
        public bool IsShared;
    }

    private Dictionary<int, Fragment>? _fragments = [];
    private FragmentBlocks? _blocks = new();

    // Hashes that another process made use that process' seed.
    private ulong _seed = ContentHash.Seed;

    // After finishing: hashes indexed by packet number when all arrived, otherwise indexed by the numbers that did.
    private ulong[]? _allHashes;
    private Dictionary<int, ulong>? _someHashes;

    public NetoopsAssembly(NetoopsFamily family, NetoopsAssembly? elder, Moment now)
    {
        Family = family;
        Elder = elder;
        First = now;
        Last = now;
        Node = new LinkedListNode<NetoopsAssembly>(this);
        Copies = new RoundCount(family.PacketCount);
    }

    public NetoopsFamily Family { get; }

    /// <summary>Its ticket in the journal; 0 when it has none.</summary>
    public long Ticket { get; set; }

    /// <summary>Part of it was received by a process that was killed.</summary>
    public bool IsRestored { get; init; }

    /// <summary>The older generation that this one contradicted when it was created.</summary>
    public NetoopsAssembly? Elder { get; set; }

    public LinkedListNode<NetoopsAssembly> Node { get; }

    public Moment First { get; }

    public Moment Last { get; set; }

    /// <summary>Which copies arrived, counted until the dump is forgotten; null when they are counted elsewhere.</summary>
    public RoundCount? Copies { get; set; }

    public bool IsPending => _fragments is not null;

    public int Received => _fragments?.Count ?? 0;

    public bool IsWhole => Received == Family.PacketCount;

    public long LogBytes { get; private set; }

    public long HeldBytes => IsPending ? _blocks!.Capacity + Overhead : 0;

    public int LargestPacket { get; private set; }

    public bool HasOddPackets { get; private set; }

    public long Duplicates { get; set; }

    /// <summary>Packets whose bytes differ from the first copy and which were not treated as a dump of their own.</summary>
    public long Conflicting { get; set; }

    /// <summary>Lowest packet number at which this generation contradicts the older one; there the older one's first copy was
    /// kept.</summary>
    public int LowestConflict { get; set; } = int.MaxValue;

    /// <summary>Packets that are not shared: what this generation adds to the older one.</summary>
    public int OwnPackets { get; private set; }

    /// <summary>Packets equal to the older generation's that were sent again after this generation began.</summary>
    public int SharedPackets { get; private set; }

    /// <summary>Only old packets (high numbers) differ from the older generation. Then the kernel's log ring was overwritten while it was
    /// sent (wire/netoops.md, B7), and there is no second dump. A second dump always differs in its newest text, the low numbers.</summary>
    public bool IsOverwrittenRing => Elder is not null
        && Family.PacketCount > 1
        && LowestConflict >= (Family.PacketCount + 1) / 2
        && (SharedPackets > 0 || OwnPackets <= MostOverwritten);

    public PacketRelation Compare(int number, ReadOnlySpan<byte> text)
    {
        if (_fragments is not null)
        {
            return !_fragments.TryGetValue(number, out var fragment) ? PacketRelation.Absent
                : _blocks!.Read(fragment.Bytes).SequenceEqual(text) ? PacketRelation.Same : PacketRelation.Different;
        }

        ulong known;
        if (_allHashes is not null)
        {
            known = _allHashes[number];
        }
        else if (!_someHashes!.TryGetValue(number, out known))
        {
            return PacketRelation.Absent;
        }

        return known == ContentHash.Of(text, 0, _seed) ? PacketRelation.Same : PacketRelation.Different;
    }

    public bool IsShared(int number) => _fragments is not null && _fragments.TryGetValue(number, out var fragment) && fragment.IsShared;

    /// <summary>Stores a packet whose number is missing or held as a shared copy.</summary>
    public void Store(int number, ReadOnlySpan<byte> text, int dataLength, bool isShared)
    {
        var copies = 1;
        if (_fragments!.TryGetValue(number, out var replaced))
        {
            LogBytes -= replaced.Bytes.Length;
            copies += replaced.Copies;
        }

        _fragments[number] = new Fragment { Bytes = _blocks!.Append(text), Copies = copies, IsShared = isShared };
        LogBytes += text.Length;
        OwnPackets += isShared ? 0 : 1;
        SharedPackets += isShared ? 1 : 0;
        HasOddPackets |= LargestPacket != 0 && LargestPacket != dataLength;
        LargestPacket = Math.Max(LargestPacket, dataLength);
    }

    public void CountCopy(int number)
    {
        Duplicates++;
        if (_fragments is not null)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(_fragments, number).Copies++;
        }
    }

    /// <summary>Hands the packets on and keeps only their hashes.</summary>
    public NetoopsDump Finish(string? early, ShardJournal? journal)
    {
        var fragments = _fragments!;
        var numbers = new int[fragments.Count];
        fragments.Keys.CopyTo(numbers, 0);
        Array.Sort(numbers);
        var slices = new BlockSlice[numbers.Length];
        var rounds = 0;
        var whole = IsWhole;
        if (whole)
        {
            _allHashes = new ulong[numbers.Length];
        }
        else
        {
            _someHashes = new Dictionary<int, ulong>(numbers.Length);
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            var fragment = fragments[numbers[i]];
            slices[i] = fragment.Bytes;
            rounds = Math.Max(rounds, fragment.Copies);
            var hash = ContentHash.Of(_blocks!.Read(fragment.Bytes));
            if (whole)
            {
                _allHashes![numbers[i]] = hash;
            }
            else
            {
                _someHashes!.Add(numbers[i], hash);
            }
        }

        var dump = new NetoopsDump
        {
            Source = Family.Source,
            First = First,
            Last = Last,
            Prefix = Family.Prefix,
            PacketCount = Family.PacketCount,
            Numbers = numbers,
            Slices = slices,
            Blocks = _blocks!,
            LogBytes = LogBytes,
            LargestPacket = LargestPacket,
            HasOddPackets = HasOddPackets,
            Duplicates = Duplicates,
            Conflicting = Conflicting,
            Rounds = rounds,
            Early = early,
            Journal = journal,
            Ticket = Ticket,
            IsRestored = IsRestored,
        };
        Forget();
        return dump;
    }

    /// <summary>Hashes of a finished dump, for the journal.</summary>
    public NetoopsMemory Memory() => new(
        _seed,
        Family.PacketCount,
        Family.Prefix,
        _allHashes is not null ? [.. _allHashes.Select((hash, number) => (number, hash))] : [.. _someHashes!.Select(pair => (pair.Key, pair.Value))]);

    /// <summary>A finished dump as restored from the journal.</summary>
    public static NetoopsAssembly Remembered(NetoopsFamily family, in NetoopsMemory memory, Moment now)
    {
        var assembly = new NetoopsAssembly(family, null, now) { _seed = memory.Seed, _someHashes = [] };
        foreach (var (number, hash) in memory.Hashes)
        {
            assembly._someHashes[number] = hash;
        }

        assembly.Forget();
        return assembly;
    }

    /// <summary>Returns its packets to the pool without making a dump.</summary>
    public void Discard()
    {
        _blocks?.Release();
        _someHashes ??= [];
        Forget();
    }

    private void Forget()
    {
        _fragments = null;
        _blocks = null;
    }
}
