namespace Mayday.Collector;

/// <summary>Configuration section <c>Collector</c>. Every limit is a bound on memory or disk that a stranger could otherwise grow.</summary>
public sealed class CollectorOptions
{
    public const string Section = "Collector";

    /// <summary>Instance name in Postgres and on the Ingest page. The machine's name: one collector a machine is the usual case.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>Where all ports listen. <c>::</c> takes IPv6 and IPv4 on one socket; packets of dying machines come from anywhere.</summary>
    public string ListenAddress { get; set; } = "::";

    public ReceiveOptions Receive { get; set; } = new();

    public NetoopsOptions Netoops { get; set; } = new();

    public NetconsoleOptions Netconsole { get; set; } = new();

    public EvlogOptions Evlog { get; set; } = new();

    /// <summary>
    /// Netlink groups to hear on this machine, <c>PROTOCOL:GROUPS[:user]</c>. None: the kernels of today send no evlog, and the groups need rights
    /// that a receiver of datagrams does not.
    /// </summary>
    public string? Netlink { get; set; }

    public StoringOptions Storing { get; set; } = new();

    public SpoolOptions Spool { get; set; } = new();

    public JournalOptions Journal { get; set; } = new();

    public LossOptions Loss { get; set; } = new();

    public ArchiveOptions Archive { get; set; } = new();
}

/// <summary>Section <c>Collector:Receive</c>.</summary>
public sealed class ReceiveOptions
{
    /// <summary>Sockets and threads a port. Half the processors, at most 8: analysis and Postgres need the rest, and one shard does hundreds of thousands a second.</summary>
    public int Shards { get; set; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    /// <summary>Socket buffer asked for, bytes. The kernel counts some 800 for a datagram of 120, and doubles this: 64 MiB hold 0.8 s of 200,000 a second, longer than a busy machine keeps a thread waiting.</summary>
    public int SocketBufferBytes { get; set; } = 64 << 20;

    /// <summary>Datagrams a system call may bring. 256 make the call's price vanish and are processed in under a millisecond.</summary>
    public int Batch { get; set; } = 256;

    /// <summary>Longest datagram taken whole, bytes. 9216 holds a jumbo frame; every known sender stays below 1500.</summary>
    public int MaxDatagramBytes { get; set; } = 9216;

    /// <summary>
    /// Most of the cost is waking. While datagrams come faster than one a millisecond each wake-up is followed by a nap of one millisecond; one that
    /// brought at least this many by a nap of four, which bring a thousand at 200,000 a second and stay far below what the socket's buffer holds.
    /// Below that every datagram is answered at once.
    /// </summary>
    public int CoalesceFrom { get; set; } = 64;
}

/// <summary>Section <c>Collector:Netoops</c>.</summary>
public sealed class NetoopsOptions
{
    /// <summary>The driver's own port. 0 takes a free one (tests), -1 listens not at all.</summary>
    public int Port { get; set; } = 2004;

    /// <summary>A dump that brought nothing new for this long is finished as partial. The driver sends all rounds in under 0.1 s; 2 s leave room for paced senders.</summary>
    public TimeSpan Quiet { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a finished dump is remembered, so that its late rounds count as duplicates. All rounds of the largest log take under a second; 10 s cover queues.</summary>
    public TimeSpan Remember { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A dump that still grows after this long is finished all the same: no sender needs it, an endless trickle would hold its place for ever.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Dumps in flight from one source address and port. A death makes two (oops, panic), a soft dump a third; 8 leave room.</summary>
    public int MaxPendingPerSource { get; set; } = 8;

    /// <summary>Dumps in flight in all. 16,384 machines may die within one quiet time.</summary>
    public int MaxPending { get; set; } = 16_384;

    /// <summary>Finished dumps remembered in all: four times as many as may be in flight, since they are remembered five times as long.</summary>
    public int MaxRemembered { get; set; } = 65_536;

    /// <summary>Log bytes of one dump. 64 MiB is what the format's packet count is held to; a genuine log is at most 2 MiB.</summary>
    public long MaxDumpBytes { get; set; } = 64L << 20;

    /// <summary>Log bytes of all dumps in flight. 512 MiB: a thousand machines with the largest log (512 KiB) at once.</summary>
    public long MaxFragmentBytes { get; set; } = 512L << 20;
}

/// <summary>Section <c>Collector:Netconsole</c>.</summary>
public sealed class NetconsoleOptions
{
    /// <summary>The kernel's default target port. 0 takes a free one (tests), -1 listens not at all.</summary>
    public int Port { get; set; } = 6666;

    /// <summary>A window closes when its stream was silent this long. Lines of one report come within 0.7 s even from an emulated machine; 2 s cover slow consoles.</summary>
    public TimeSpan WindowQuiet { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After a line that ends a crash ("Rebooting in", "end Kernel panic") the window waits only this long: reordered lines need no more.</summary>
    public TimeSpan EndGrace { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a closed window still takes records that belong before its end: networks reorder within milliseconds, 200 ms is generous.</summary>
    public TimeSpan GapWait { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A window closes after this long even if its host goes on talking: a minute holds every report, and people wait for the page.</summary>
    public TimeSpan WindowMaxAge { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Datagram bytes a window takes before the next crash gets a window of its own. 2 MiB hold some 200 reports.</summary>
    public int WindowMaxBytes { get; set; } = 2 << 20;

    /// <summary>Bytes of all open windows; the longest open closes first. 256 MiB: some 10,000 crashes at once.</summary>
    public long WindowBytes { get; set; } = 256L << 20;

    /// <summary>Lines kept before a crash. 200 show what led to it and fit a screenful or three.</summary>
    public int RingLines { get; set; } = 200;

    /// <summary>Bytes kept of one stream for that. 64 KiB hold 200 lines of 300 bytes; longer lines displace more of their elders.</summary>
    public int RingBytes { get; set; } = 64 << 10;

    /// <summary>Kept lines of all streams, the journal's copies of the newest among them; those of the longest silent give way. 512 MiB hold some 20,000 busy hosts.</summary>
    public long RingTotalBytes { get; set; } = 512L << 20;

    /// <summary>Streams known at once (source address and port); strangers give way first, then the longest silent. A million without lines need some 700 MB.</summary>
    public int MaxStreams { get; set; } = 1_048_576;

    /// <summary>Records in fragments at once a stream. The kernel sends one record's fragments in a row; 32 is far more than reordering needs.</summary>
    public int MaxFragmentedPerStream { get; set; } = 32;

    /// <summary>Bytes of all records in fragments. 64 MiB: 8,000 of the largest (8 KiB).</summary>
    public long MaxFragmentBytes { get; set; } = 64L << 20;

    /// <summary>Silence after which a sequence number that steps back means a reboot, not a late packet. No network holds packets for 2 s; no machine boots faster.</summary>
    public TimeSpan RestartSilence { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Keep ordinary lines too, in Postgres, for days (Store:LogRetention). Off: a fleet's chatter is many times its crashes, and not everybody wants it there.</summary>
    public bool Archive { get; set; }

    /// <summary>Basic format: an unfinished line is taken as it is after this long. The kernel sends the rest at once.</summary>
    public TimeSpan LineTimeout { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>Section <c>Collector:Evlog</c>.</summary>
public sealed class EvlogOptions
{
    /// <summary>Beside netoops' 2004. 0 takes a free one (tests), -1 listens not at all.</summary>
    public int Port { get; set; } = 2005;

    /// <summary>
    /// Machines that print a record to their netconsole at one moment, a record of at most 8 KiB each; the oldest goes with the lines it has. 256 in two seconds
    /// are more than print one at all: evlog prints only what nobody listened to.
    /// </summary>
    public int MaxPrinted { get; set; } = 256;
}

/// <summary>Section <c>Collector:Storing</c>: from a reassembled dump to its row.</summary>
public sealed class StoringOptions
{
    /// <summary>Threads that analyse. As many as shards would starve the receiver; a quarter of the processors, at least one.</summary>
    public int AnalysisWorkers { get; set; } = Math.Max(1, Environment.ProcessorCount / 4);

    /// <summary>
    /// Dumps between receiver and analysis; what they take is bounded by <see cref="BacklogBytes"/>. 65,536 are half a minute of 2,000 a second: a process that has
    /// just started stores a quarter of that for ten seconds, until its code is warm, and must not drop dumps while memory for them is there.
    /// </summary>
    public int AnalysisCapacity { get; set; } = 65_536;

    /// <summary>Dumps between analysis and Postgres. Two batches: more would only move the queue; analysis waits when it is full.</summary>
    public int StoreCapacity { get; set; } = 1_000;

    /// <summary>Bytes of dumps that wait for analysis. 512 MiB, as much as the receiver may have in flight; beyond it a dump is counted as dropped.</summary>
    public long BacklogBytes { get; set; } = 512L << 20;

    /// <summary>Dumps a transaction. 500 amortise the commit; more would make a retry expensive.</summary>
    public int BatchDumps { get; set; } = 500;

    /// <summary>Log bytes a transaction: keeps it under a second on a slow disk.</summary>
    public long BatchBytes { get; set; } = 32L << 20;

    /// <summary>
    /// A write that takes longer than this is a Postgres in trouble: then what fills memory goes to the spool, before dumps are dropped whatever they are worth.
    /// 2 s are ten times what a full batch takes. A mere storm stays in memory: the way over the disk costs twice the work.
    /// </summary>
    public TimeSpan SlowWrite { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of events between receiver and store. 64 MiB hold some 15 s of 20,000 a second; beyond it an event is counted as dropped.</summary>
    public long EventBytes { get; set; } = 64L << 20;

    /// <summary>Events a transaction, about. 5,000 amortise the commit and take a fifth of a second.</summary>
    public int BatchEvents { get; set; } = 5_000;

    /// <summary>How long an event waits for company: at most four transactions a second, and still on the page within the second.</summary>
    public TimeSpan EventDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a write may take before Postgres counts as away: a healthy batch takes milliseconds.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>First pause before asking an absent Postgres again; doubles up to <see cref="RetryMax"/>.</summary>
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause: a Postgres that came back is in use within 5 s.</summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the counters are saved: once a second keeps the Ingest page live.</summary>
    public TimeSpan CounterInterval { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>Section <c>Collector:Spool</c>: where dumps wait on disk while Postgres is away.</summary>
public sealed class SpoolOptions
{
    /// <summary>Null: <c>spool</c> in Mayday's data directory (/var/lib/mayday as root, else ~/.local/share/mayday).</summary>
    public string? Directory { get; set; }

    /// <summary>Bytes on disk. 2 GiB hold some 30,000 dumps of 64 KiB: an hour of a large fleet's deaths.</summary>
    public long MaxBytes { get; set; } = 2L << 30;

    /// <summary>Dumps older than this are not stored any more. Seven days, as long as Postgres remembers the key of a dump: beyond it one that was stored already could be stored twice.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Bytes of one segment file: small enough to be freed soon after it was replayed, large enough to keep the directory short.</summary>
    public long SegmentBytes { get; set; } = 16L << 20;

    /// <summary>Bytes of events on disk, beside those of dumps. 1 GiB: an hour at 1,500 events a second of 200 bytes.</summary>
    public long EventBytes { get; set; } = 1L << 30;

    public string ResolveDirectory() => Directory ?? Path.Combine(CollectorDirectory.Default, "spool");
}

/// <summary>Section <c>Collector:Journal</c>: received datagrams in memory shared with a file, so that <c>kill -9</c> loses none. The death of the process is meant, not that of the machine.</summary>
public sealed class JournalOptions
{
    /// <summary>On: it costs a copy of each datagram, some 3 % of a processor at 200,000 a second.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Null: <c>journal</c> in Mayday's data directory. A directory in memory (/run, /dev/shm) spares the disk the writes; it must outlive the process.</summary>
    public string? Directory { get; set; }

    /// <summary>Bytes for dumps and windows until they are stored, all shards. 256 MiB: 4,000 dumps of 64 KiB in flight; what finds no room goes unprotected and is counted.</summary>
    public long DumpBytes { get; set; } = 256L << 20;

    /// <summary>
    /// Bytes for lines before crashes that may come, all shards; the oldest give way. 4 MiB are 24,000 lines: ten seconds of a fleet of 100,000 that is busy, minutes of
    /// one that is not. The processor knows the way to so many pages by heart; with 32 MiB a tenth of the receiver's time went into looking it up.
    /// </summary>
    public long LineBytes { get; set; } = 4L << 20;

    public string ResolveDirectory() => Directory ?? Path.Combine(CollectorDirectory.Default, "journal");
}

/// <summary>Section <c>Collector:Loss</c>: what came of each sender's packets, for pages and API.</summary>
public sealed class LossOptions
{
    /// <summary>
    /// Senders accounted for one by one until they are saved. A fleet of 100,000 that talks all at once has room; beyond it they are "others". One that is known
    /// takes 16 bytes, one that a flood made up 200.
    /// </summary>
    public int MaxSenders { get; set; } = 131_072;

    /// <summary>How often the accounts are saved: a person looks again after some seconds, and a row a talking sender and second would be Postgres' main work.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Senders saved at a time, those that lost something first: 5,000 rows are some 50 ms of Postgres. The others wait for the next turn.</summary>
    public int BatchSenders { get; set; } = 5_000;
}

/// <summary>Section <c>Collector:Archive</c>: how ordinary lines go to Postgres where <c>Collector:Netconsole:Archive</c> is on.</summary>
public sealed class ArchiveOptions
{
    /// <summary>Bytes a receiving thread gathers before it hands lines on. 256 KiB are some 2,000 lines: the handing on vanishes beside the copying.</summary>
    public int BatchBytes { get; set; } = 256 << 10;

    /// <summary>Batches that wait for the worker; beyond it their lines are dropped and counted. 128 are 32 MiB, two seconds of 100,000 lines a second.</summary>
    public int QueueBatches { get; set; } = 128;

    /// <summary>Bytes of one row before compression: some 500 lines, read within a millisecond; a larger one would be written anew for longer while it grows.</summary>
    public int PartBytes { get; set; } = 64 << 10;

    /// <summary>How long lines wait for company. 5 s is what somebody who follows a log will bear.</summary>
    public TimeSpan FlushAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of rows in the making, and of those that wait for Postgres; the oldest give way. 256 MiB: 20 s of 100,000 lines a second.</summary>
    public long OpenBytes { get; set; } = 256L << 20;
}
