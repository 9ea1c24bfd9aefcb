namespace Mayday.Collector;

/// <summary>Configuration section <c>Collector</c>. Every limit bounds memory or disk that an unknown sender could otherwise
/// fill.</summary>
public sealed class CollectorOptions
{
    public const string Section = "Collector";

    /// <summary>Instance name in Postgres and on the Ingest page. Default: the machine's name, because usually there is one collector per
    /// machine.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>Address on which all ports listen. <c>::</c> accepts IPv6 and IPv4 on one socket, because crashing machines can send from
    /// any network.</summary>
    public string ListenAddress { get; set; } = "::";

    public ReceiveOptions Receive { get; set; } = new();

    public NetoopsOptions Netoops { get; set; } = new();

    public NetconsoleOptions Netconsole { get; set; } = new();

    public EvlogOptions Evlog { get; set; } = new();

    /// <summary>Netlink groups to join on this machine, <c>PROTOCOL:GROUPS[:user]</c>. Default: none. Current kernels do not send evlog,
    /// and joining the groups needs privileges that receiving datagrams does not.</summary>
    public string? Netlink { get; set; }

    public StoringOptions Storing { get; set; } = new();

    public SpoolOptions Spool { get; set; } = new();

    public JournalOptions Journal { get; set; } = new();

    public LossOptions Loss { get; set; } = new();

    public ArchiveOptions Archive { get; set; } = new();

    public MetricsOptions Metrics { get; set; } = new();
}

/// <summary>Section <c>Collector:Metrics</c>: what a Prometheus reads of a collector that runs alone.</summary>
public sealed class MetricsOptions
{
    /// <summary>"PORT" or "ADDRESS:PORT" for <c>/metrics</c>. None: a receiver opens no port that nobody asked for.</summary>
    public string? Listen { get; set; }
}

/// <summary>Section <c>Collector:Receive</c>.</summary>
public sealed class ReceiveOptions
{
    /// <summary>Sockets and threads per port. Half the processors, at most 8: analysis and Postgres need the rest, and one shard handles
    /// hundreds of thousands of datagrams per second.</summary>
    public int Shards { get; set; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    /// <summary>Socket buffer size to request, in bytes. The kernel charges about 800 bytes for a 120-byte datagram and doubles the
    /// requested size: 64 MiB hold 0.8 s of 200,000 datagrams per second. That is longer than a busy machine delays a thread.</summary>
    public int SocketBufferBytes { get; set; } = 64 << 20;

    /// <summary>Maximum datagrams per system call. At 256 the cost of the call is negligible, and a batch is processed in under a
    /// millisecond.</summary>
    public int Batch { get; set; } = 256;

    /// <summary>Longest datagram accepted whole, in bytes. 9216 holds a jumbo frame; every known sender stays below 1500.</summary>
    public int MaxDatagramBytes { get; set; } = 9216;

    /// <summary>Most of the cost of receiving is waking the thread. While datagrams arrive faster than one per millisecond, each wake-up is
    /// followed by a sleep of 1 ms. A wake-up that received at least this many datagrams is followed by a sleep of 4 ms: at 200,000 per
    /// second that collects about a thousand datagrams, far fewer than the socket buffer holds. At lower rates every datagram is handled at
    /// once.</summary>
    public int CoalesceFrom { get; set; } = 64;
}

/// <summary>Section <c>Collector:Netoops</c>.</summary>
public sealed class NetoopsOptions
{
    /// <summary>The driver's own port. 0 uses a free port (tests), -1 disables listening.</summary>
    public int Port { get; set; } = 2004;

    /// <summary>A dump that received nothing new for this long is finished as partial. The driver sends all rounds in under 0.1 s; 2 s
    /// leave room for senders that pace their packets.</summary>
    public TimeSpan Quiet { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a finished dump is remembered, so that its late rounds count as duplicates. All rounds of the largest log take
    /// under a second; 10 s allow for queues in the network.</summary>
    public TimeSpan Remember { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A dump that still grows after this long is finished anyway. No real sender needs so long, and a sender that trickles
    /// packets would otherwise hold its place forever.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Dumps in flight per source address and port. A crash makes two (oops, panic), a soft dump a third; 8 leave room.</summary>
    public int MaxPendingPerSource { get; set; } = 8;

    /// <summary>Dumps in flight in total: 16,384 machines may crash within one quiet time.</summary>
    public int MaxPending { get; set; } = 16_384;

    /// <summary>Finished dumps remembered in total: four times as many as may be in flight, because they are remembered five times as
    /// long.</summary>
    public int MaxRemembered { get; set; } = 65_536;

    /// <summary>Log bytes of one dump. 64 MiB is the limit that the format's packet count implies; a real log is at most 2 MiB.</summary>
    public long MaxDumpBytes { get; set; } = 64L << 20;

    /// <summary>Log bytes of all dumps in flight. 512 MiB: a thousand machines with the largest log (512 KiB) at once.</summary>
    public long MaxFragmentBytes { get; set; } = 512L << 20;
}

/// <summary>Section <c>Collector:Netconsole</c>.</summary>
public sealed class NetconsoleOptions
{
    /// <summary>The kernel's default target port. 0 uses a free port (tests), -1 disables listening.</summary>
    public int Port { get; set; } = 6666;

    /// <summary>A window closes when its stream was silent for this long. The lines of one report arrive within 0.7 s even from an emulated
    /// machine; 2 s allow for slow consoles.</summary>
    public TimeSpan WindowQuiet { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After a line that ends a crash ("Rebooting in", "end Kernel panic") the window waits only this long, which is enough for
    /// reordered lines.</summary>
    public TimeSpan EndGrace { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a closed window still accepts records that belong before its end. Networks reorder packets within milliseconds, so
    /// 200 ms is generous.</summary>
    public TimeSpan GapWait { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A window closes after this long even if its host keeps sending. A minute holds every report, and users wait for the crash
    /// to appear.</summary>
    public TimeSpan WindowMaxAge { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Maximum bytes of datagrams in a window before the next crash gets its own window. 2 MiB hold about 200 reports.</summary>
    public int WindowMaxBytes { get; set; } = 2 << 20;

    /// <summary>Maximum bytes of all open windows; the one that has been open longest closes first. 256 MiB: about 10,000 crashes at
    /// once.</summary>
    public long WindowBytes { get; set; } = 256L << 20;

    /// <summary>Lines kept from before a crash. 200 lines show what led to it and fit on two or three screens.</summary>
    public int RingLines { get; set; } = 200;

    /// <summary>Maximum bytes of these lines per stream. 64 KiB hold 200 lines of 300 bytes; with longer lines fewer are kept.</summary>
    public int RingBytes { get; set; } = 64 << 10;

    /// <summary>Maximum bytes of kept lines of all streams, including the journal's copies of the newest ones. The lines of the stream that
    /// has been silent longest are dropped first. 512 MiB hold the lines of about 20,000 busy hosts.</summary>
    public long RingTotalBytes { get; set; } = 512L << 20;

    /// <summary>Maximum streams (source address and port) in memory. Recently seen sources are dropped first, then the stream that has been
    /// silent longest. A million streams without lines need about 700 MB.</summary>
    public int MaxStreams { get; set; } = 1_048_576;

    /// <summary>Fragmented records in memory per stream. The kernel sends the fragments of one record in a row; 32 is far more than
    /// reordering needs.</summary>
    public int MaxFragmentedPerStream { get; set; } = 32;

    /// <summary>Maximum bytes of all fragmented records. 64 MiB: 8,000 of the largest (8 KiB).</summary>
    public long MaxFragmentBytes { get; set; } = 64L << 20;

    /// <summary>After this much silence a sequence number that goes back means a reboot, not a late packet. No network holds packets for 2
    /// s, and no machine boots faster.</summary>
    public TimeSpan RestartSilence { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Also keep ordinary lines in Postgres, for a number of days (Store:LogRetention). Off by default: the ordinary output of a
    /// fleet is many times the size of its crashes, and not everybody wants it stored.</summary>
    public bool Archive { get; set; }

    /// <summary>Basic format: an unfinished line is used as it is after this long. The kernel normally sends the rest at once.</summary>
    public TimeSpan LineTimeout { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>Section <c>Collector:Evlog</c>.</summary>
public sealed class EvlogOptions
{
    /// <summary>The port after netoops' 2004. 0 uses a free port (tests), -1 disables listening.</summary>
    public int Port { get; set; } = 2005;

    /// <summary>Machines that can be printing a record (at most 8 KiB) to their netconsole at the same time. When there are more, the
    /// oldest record is finished with the lines it has. 256 within two seconds is more than ever print at once: evlog prints only records
    /// that had no listener.</summary>
    public int MaxPrinted { get; set; } = 256;
}

/// <summary>Section <c>Collector:Storing</c>: from a reassembled dump to its row.</summary>
public sealed class StoringOptions
{
    /// <summary>Analysis threads. As many as there are shards would take too much processor time from the receiver; the default is a
    /// quarter of the processors, at least one.</summary>
    public int AnalysisWorkers { get; set; } = Math.Max(1, Environment.ProcessorCount / 4);

    /// <summary>Maximum dumps in the queue between receiver and analysis; <see cref="BacklogBytes"/> bounds their memory. 65,536 are half a
    /// minute at 2,000 per second. For its first ten seconds a new process stores only a quarter of that rate, because the tiered JIT has
    /// not optimised its code yet, and it must not drop dumps while there is memory for them.</summary>
    public int AnalysisCapacity { get; set; } = 65_536;

    /// <summary>Dumps in the queue between analysis and Postgres. Two batches: a longer queue would bring nothing, because analysis waits
    /// when it is full.</summary>
    public int StoreCapacity { get; set; } = 1_000;

    /// <summary>Maximum bytes of dumps that wait for analysis. 512 MiB, as much as the receiver may have in flight; beyond it a dump is
    /// dropped and counted.</summary>
    public long BacklogBytes { get; set; } = 512L << 20;

    /// <summary>Dumps per transaction. 500 amortise the cost of the commit; more would make a retry expensive.</summary>
    public int BatchDumps { get; set; } = 500;

    /// <summary>Maximum log bytes per transaction. It keeps a transaction under a second on a slow disk.</summary>
    public long BatchBytes { get; set; } = 32L << 20;

    /// <summary>When a write takes longer than this, Postgres is in trouble. Dumps that fill memory then go to the spool, instead of being
    /// dropped whatever their worth. 2 s are ten times what a full batch takes. A crash storm alone stays in memory, because going through
    /// the disk costs twice the work.</summary>
    public TimeSpan SlowWrite { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Maximum bytes of events between receiver and store. 64 MiB hold about 15 s of 20,000 events per second; beyond it an event
    /// is dropped and counted.</summary>
    public long EventBytes { get; set; } = 64L << 20;

    /// <summary>Approximate events per transaction. 5,000 amortise the commit and take a fifth of a second.</summary>
    public int BatchEvents { get; set; } = 5_000;

    /// <summary>How long an event waits for others to share its transaction: at most four transactions per second, and the event is still
    /// on the page within a second.</summary>
    public TimeSpan EventDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a write may take before Postgres counts as away. A healthy batch takes milliseconds.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>First pause before an unavailable Postgres is tried again. It doubles up to <see cref="RetryMax"/>.</summary>
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause: a Postgres that is back is used again within 5 s.</summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the counters are saved: once a second keeps the Ingest page live.</summary>
    public TimeSpan CounterInterval { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>Section <c>Collector:Spool</c>: where dumps wait on disk while Postgres is away.</summary>
public sealed class SpoolOptions
{
    /// <summary>Null: <c>spool</c> in Mayday's data directory (/var/lib/mayday as root, else ~/.local/share/mayday).</summary>
    public string? Directory { get; set; }

    /// <summary>Maximum bytes on disk. 2 GiB hold about 30,000 dumps of 64 KiB: an hour of crashes of a large fleet.</summary>
    public long MaxBytes { get; set; } = 2L << 30;

    /// <summary>Dumps older than this are no longer stored. Seven days is as long as Postgres remembers the keys of dumps: an older dump
    /// that is already stored could be stored twice.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Bytes of one segment file: small enough that it is freed soon after its replay, large enough to keep the number of files
    /// low.</summary>
    public long SegmentBytes { get; set; } = 16L << 20;

    /// <summary>Maximum bytes of events on disk, in addition to the dumps. 1 GiB: an hour of 1,500 events per second at 200 bytes
    /// each.</summary>
    public long EventBytes { get; set; } = 1L << 30;

    public string ResolveDirectory() => Directory ?? Path.Combine(CollectorDirectory.Default, "spool");
}

/// <summary>Section <c>Collector:Journal</c>: received datagrams in memory that is shared with a file, so that <c>kill -9</c> loses none.
/// It protects against the end of the process, not of the machine.</summary>
public sealed class JournalOptions
{
    /// <summary>On by default: it costs one copy of each datagram, about 3 % of one processor at 200,000 per second.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Null: <c>journal</c> in Mayday's data directory. A directory in memory (/run, /dev/shm) avoids disk writes; it must outlive
    /// the process.</summary>
    public string? Directory { get; set; }

    /// <summary>Bytes for dumps and windows until they are stored, for all shards. 256 MiB: 4,000 dumps of 64 KiB in flight. A dump that
    /// finds no room is not protected against a kill, and is counted.</summary>
    public long DumpBytes { get; set; } = 256L << 20;

    /// <summary>Bytes for the lines kept in case a crash follows, for all shards; the oldest are overwritten. 4 MiB are 24,000 lines: ten
    /// seconds of a busy fleet of 100,000 hosts, minutes of a quiet one. 4 MiB is 1,024 pages, which fit in the TLB; with 32 MiB TLB misses
    /// took a tenth of the receiver's time.</summary>
    public long LineBytes { get; set; } = 4L << 20;

    public string ResolveDirectory() => Directory ?? Path.Combine(CollectorDirectory.Default, "journal");
}

/// <summary>Section <c>Collector:Loss</c>: what came of each sender's packets, for pages and API.</summary>
public sealed class LossOptions
{
    /// <summary>Senders accounted for one by one until they are saved. 131,072 hold a fleet of 100,000 that sends all at once; the packets
    /// of further senders count for "others". A known sender takes 16 bytes, one with a forged address 200.</summary>
    public int MaxSenders { get; set; } = 131_072;

    /// <summary>How often the accounts are saved. A person reloads the page after some seconds, and one row per active sender and second
    /// would be most of Postgres' work.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Senders saved at a time, those with losses first. 5,000 rows take Postgres about 50 ms. The others wait for the next
    /// save.</summary>
    public int BatchSenders { get; set; } = 5_000;
}

/// <summary>Section <c>Collector:Archive</c>: how ordinary lines go to Postgres where <c>Collector:Netconsole:Archive</c> is on.</summary>
public sealed class ArchiveOptions
{
    /// <summary>Bytes that a receiving thread collects before it hands lines over. 256 KiB are about 2,000 lines: the cost of handing over
    /// is then small beside the cost of copying.</summary>
    public int BatchBytes { get; set; } = 256 << 10;

    /// <summary>Batches that may wait for the worker; beyond it their lines are dropped and counted. 128 are 32 MiB, two seconds of 100,000
    /// lines per second.</summary>
    public int QueueBatches { get; set; } = 128;

    /// <summary>Bytes of one row before compression: about 500 lines, read within a millisecond. A larger row would be rewritten more often
    /// while it grows.</summary>
    public int PartBytes { get; set; } = 64 << 10;

    /// <summary>How long lines wait for a batch to fill. 5 s is an acceptable delay for somebody who follows a log.</summary>
    public TimeSpan FlushAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Maximum bytes of unfinished rows and of rows that wait for Postgres; the oldest are dropped. 256 MiB: 20 s of 100,000 lines
    /// per second.</summary>
    public long OpenBytes { get; set; } = 256L << 20;
}
