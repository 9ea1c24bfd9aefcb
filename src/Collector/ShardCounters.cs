using Mayday.Protocol;
using Mayday.Store.Ingest;

namespace Mayday.Collector;

/// <summary>Which bounded table evicted an entry for a new one (tag <c>table</c>).</summary>
internal enum EvictedTable
{
    /// <summary>netoops: too many dumps in flight from one source; its oldest was finished early.</summary>
    NetoopsSource,

    /// <summary>netoops: too many dumps in flight; the one that was silent longest was finished early.</summary>
    NetoopsPending,

    /// <summary>netoops: too many log bytes in flight; the dump that was silent longest was finished early.</summary>
    NetoopsBytes,

    /// <summary>netoops: a finished dump was forgotten early; its late rounds may appear as a new dump, which the store recognises by its
    /// key.</summary>
    NetoopsRemembered,

    /// <summary>netconsole: the stream that was silent longest was forgotten.</summary>
    Streams,

    /// <summary>netconsole: the kept lines of the stream that was silent longest were dropped.</summary>
    Lines,

    /// <summary>netconsole: the window that was open longest was closed early.</summary>
    Windows,

    /// <summary>netconsole: a fragmented record was given up.</summary>
    Fragments,

    /// <summary>Loss accounts: more senders are waiting than can be accounted for one by one; their packets count for "others".</summary>
    Loss,

    /// <summary>evlog: the oldest record that a kernel was printing was finished with the lines it had.</summary>
    Printed,
}

/// <summary>The counters of one shard. Plain fields with a single writer: the receiving thread pays one increment, and readers see a value
/// that is at most a moment old. Aligned 64-bit loads do not tear.</summary>
internal sealed class ShardCounters
{
    public static readonly int FormatCount = Enum.GetValues<DatagramFormat>().Length;
    public static readonly int ReasonCount = Enum.GetValues<PacketRejectReason>().Length;
    public static readonly int TableCount = Enum.GetValues<EvictedTable>().Length;
    public static readonly int TransportCount = Enum.GetValues<Transport>().Length;

    private readonly long[] _received = new long[FormatCount];
    private readonly long[] _rejected = new long[ReasonCount];
    private readonly long[] _evicted = new long[TableCount];
    private readonly LossCounts[] _losses = new LossCounts[TransportCount];

    public long Bytes;
    public long KernelDrops;
    public long DuplicateFragments;
    public long ConflictingFragments;
    public long LateFragments;
    public long RefusedFragments;
    public long IncompleteRecords;
    public long DuplicateRecords;
    public long LateRecords;
    public long MissingByMessageId;
    public long MissingBySequence;
    public long StreamRestarts;
    public long WindowsOpened;
    public long PendingDumps;
    public long PendingBytes;
    public long Streams;
    public long RingBytes;
    public long WindowBytes;
    public long BacklogDropped;
    public long EventsReceived;
    public long EventsDropped;
    public long NetlinkOverruns;
    public long NetlinkDrops;
    public long InternalFailures;
    public long JournalBytes;
    public long JournalUnprotected;
    public long JournalRestored;
    public long ArchiveLines;
    public long ArchiveDropped;
    public long JournalGivenUp;
    public long LossWaiting;

    public void Received(DatagramFormat format) => _received[(int)format]++;

    public void Rejected(PacketRejectReason reason) => _rejected[(int)reason]++;

    public void Evicted(EvictedTable table) => _evicted[(int)table]++;

    /// <summary>Adds to the counts of lost, duplicated and reordered packets.</summary>
    public void Accounted(Transport transport, in LossCounts step) => _losses[(int)transport].Add(step);

    /// <summary>Forgets the datagrams restored from the journal, because they were counted when they were received.</summary>
    public void ForgetRestored()
    {
        Array.Clear(_losses);
        DuplicateFragments = ConflictingFragments = LateFragments = IncompleteRecords = DuplicateRecords = LateRecords
            = MissingByMessageId = MissingBySequence = StreamRestarts = WindowsOpened = 0;
    }

    public long ReceivedOf(DatagramFormat format) => Volatile.Read(ref _received[(int)format]);

    public long RejectedFor(PacketRejectReason reason) => Volatile.Read(ref _rejected[(int)reason]);

    public long EvictedFrom(EvictedTable table) => Volatile.Read(ref _evicted[(int)table]);

    public LossCounts LossesOf(Transport transport) => _losses[(int)transport];
}
