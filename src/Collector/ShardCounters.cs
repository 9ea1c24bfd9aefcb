using Mayday.Protocol;
using Mayday.Store.Ingest;

namespace Mayday.Collector;

/// <summary>Which bounded table gave something up to take something new (tag <c>table</c>).</summary>
internal enum EvictedTable
{
    /// <summary>netoops: too many dumps in flight from one source; its oldest was finished early.</summary>
    NetoopsSource,

    /// <summary>netoops: too many dumps in flight; the longest silent was finished early.</summary>
    NetoopsPending,

    /// <summary>netoops: too many log bytes in flight; the longest silent dump was finished early.</summary>
    NetoopsBytes,

    /// <summary>netoops: a finished dump was forgotten before its time; its late rounds may come as a dump of their own (known to the store).</summary>
    NetoopsRemembered,

    /// <summary>netconsole: the longest silent stream was forgotten.</summary>
    Streams,

    /// <summary>netconsole: the kept lines of the longest silent stream were dropped.</summary>
    Lines,

    /// <summary>netconsole: the longest open window was closed early.</summary>
    Windows,

    /// <summary>netconsole: a record in fragments was given up.</summary>
    Fragments,

    /// <summary>Loss accounts: more senders wait than are accounted for one by one; their packets count for "others".</summary>
    Loss,

    /// <summary>evlog: the oldest record that a kernel was printing went with the lines it had.</summary>
    Printed,
}

/// <summary>
/// What one shard counts. Plain fields with one writer: the receiving thread pays an increment, readers see a value that is at most a
/// moment old (aligned 64-bit loads do not tear).
/// </summary>
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

    /// <summary>What came of the packets of one sender.</summary>
    public void Accounted(Transport transport, in LossCounts step) => _losses[(int)transport].Add(step);

    /// <summary>What came back from the journal was counted when it was received.</summary>
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
