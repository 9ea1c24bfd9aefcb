using System.Globalization;
using System.Text;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Load;

/// <summary>A made-up kernel report of a NULL pointer dereference: 60 lines, about 5 KiB, as long as real ones. One per signature; each
/// crash is a copy with its own times, registers and stack words.</summary>
internal sealed class OopsText
{
    private const string Release = "6.1.0-42-amd64";

    // As many as a server has loaded: the longest line of most reports.
    private const string Modules =
        "Modules linked in: mayday_load(O) xt_conntrack xt_MASQUERADE nf_conntrack_netlink nfnetlink xfrm_user xfrm_algo xt_addrtype nft_compat nf_tables br_netfilter "
        + "bridge stp llc overlay rpcsec_gss_krb5 auth_rpcgss nfsv4 dns_resolver nfs lockd grace sunrpc fscache netfs binfmt_misc intel_rapl_msr intel_rapl_common "
        + "kvm_intel kvm irqbypass ghash_clmulni_intel sha512_ssse3 sha256_ssse3 sha1_ssse3 aesni_intel crypto_simd cryptd rapl iTCO_wdt intel_pmc_bxt watchdog "
        + "ipmi_ssif acpi_ipmi ipmi_si ipmi_devintf ipmi_msghandler evdev button sg msr fuse efi_pstore configfs ip_tables x_tables autofs4 ext4 crc16 mbcache jbd2 "
        + "raid10 raid456 async_raid6_recov async_memcpy async_pq async_xor async_tx xor raid6_pq libcrc32c crc32c_generic raid1 raid0 md_mod sd_mod nvme nvme_core "
        + "t10_pi crc64_rocksoft crc64 crc_t10dif crct10dif_generic ixgbe mdio dca ahci libahci virtio_net net_failover failover virtio_blk virtio_pci virtio_ring virtio";

    /// <summary>The lines that name a report: what happened, that it is an oops, and where.</summary>
    public static ReadOnlySpan<int> NamingLines => [0, 4, 7];

    private const int TimeWidth = 12;
    private const char Digit = '~';
    private const string Time = "[TTTTT.TTTTTT]";

    private static readonly string[] s_callers =
    [
        "queue_flush_one", "queue_work_batch", "session_timer_run", "table_rehash_step", "page_pool_drain", "ring_consume", "entry_release", "lookup_slow_path",
        "commit_pending", "journal_advance", "extent_insert_tail", "bucket_split", "worker_steal_task", "packet_classify", "route_resolve", "policy_match",
    ];

    private readonly byte[] _log;
    private readonly int[] _times;
    private readonly int[] _digits;

    /// <summary>Prepares the text of one signature.</summary>
    /// <param name="signature">Which; decides the function and the stack.</param>
    /// <param name="logBytes">Length of the whole log: boot messages are put in front; less than the report's own length for none.</param>
    public OopsText(int signature, int logBytes)
    {
        Function = FunctionOf(signature);
        var report = Report(Function, signature);
        ReportLines = report.Count(letter => letter == '\n');
        var boot = Boot(logBytes - report.Length);
        ReportStart = boot.Length;
        var text = boot + report;
        _log = Encoding.ASCII.GetBytes(text);
        _digits = [.. text.Index().Where(letter => letter.Item == Digit).Select(letter => letter.Index)];
        _times = [.. TimesOf(text, boot.Length)];
    }

    /// <summary>The function that the report names.</summary>
    public string Function { get; }

    /// <summary>Number of lines in the report.</summary>
    public int ReportLines { get; }

    /// <summary>Where in the log the report begins.</summary>
    public int ReportStart { get; }

    /// <summary>Bytes of the whole log.</summary>
    public int Length => _log.Length;

    /// <summary>The function name that represents a signature.</summary>
    public static string FunctionOf(int signature) => string.Create(CultureInfo.InvariantCulture, $"load_fault_{signature:D3}");

    /// <summary>Makes one crash's log.</summary>
    /// <param name="microseconds">Since the machine's boot, when its first line was printed; below 99,999 seconds.</param>
    /// <param name="numbers">Where its registers come from.</param>
    /// <returns>The log, in memory of its own.</returns>
    public byte[] Make(ulong microseconds, SeededNumbers numbers)
    {
        var log = _log.AsSpan().ToArray();
        for (var i = 0; i < _times.Length; i++)
        {
            WriteTime(log.AsSpan(_times[i], TimeWidth), microseconds + (ulong)i * 3);
        }

        const string hex = "0123456789abcdef";
        ulong random = 0;
        for (var i = 0; i < _digits.Length; i++, random >>= 4)
        {
            if (i % 16 == 0)
            {
                random = numbers.Next();
            }

            log[_digits[i]] = (byte)hex[(int)(random & 15)];
        }

        return log;
    }

    /// <summary>Writes "12345.678901", right-aligned in twelve.</summary>
    public static void WriteTime(Span<byte> destination, ulong microseconds)
    {
        var fraction = microseconds % 1_000_000;
        for (var i = 11; i > 5; i--, fraction /= 10)
        {
            destination[i] = (byte)('0' + fraction % 10);
        }

        destination[5] = (byte)'.';
        var seconds = microseconds / 1_000_000;
        for (var i = 4; i >= 0; i--, seconds /= 10)
        {
            destination[i] = seconds > 0 || i == 4 ? (byte)('0' + seconds % 10) : (byte)' ';
        }
    }

    private static IEnumerable<int> TimesOf(string text, int from)
    {
        for (var at = text.IndexOf(Time, from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Time, at + TimeWidth, StringComparison.Ordinal))
        {
            yield return at + 1;
        }
    }

    // What a machine prints while it boots, repeated, so that a log of any length has content.
    private static string Boot(int bytes)
    {
        if (bytes <= 0)
        {
            return "";
        }

        var text = new StringBuilder(bytes + 256);
        for (var line = 0; text.Length < bytes; line++)
        {
            var (bus, slot) = (line / 32 % 256, line % 32);
            text.Append(CultureInfo.InvariantCulture, $"<6>[{line / 1000 + 1,5}.{line % 1000 * 997:D6}] pci 0000:{bus:x2}:{slot:x2}.0: ");
            text.Append((line % 3) switch
            {
                0 => "BAR 0 [mem 0xfebc0000-0xfebdffff 64bit pref] assigned\n",
                1 => "PME# supported from D0 D3hot D3cold\n",
                _ => "enabling device (0000 -> 0002), interrupt routed, device is ready\n",
            });
        }

        // The last line is cut where the report has to begin.
        text.Length = bytes - 1;
        return text.Append('\n').ToString();
    }

    private static string Report(string function, int signature)
    {
        var registers = Registers();
        var text = new StringBuilder(6000);
        Line('1', "BUG: kernel NULL pointer dereference, address: 0000000000000018");
        Line('1', "#PF: supervisor read access in kernel mode");
        Line('1', "#PF: error_code(0x0000) - not-present page");
        Line('6', "PGD 0 P4D 0 ");
        Line('4', "Oops: 0000 [#1] PREEMPT SMP NOPTI");
        Line('4', $"CPU: 3 PID: 4242 Comm: load-worker Tainted: G           O       {Release} #1  Debian 6.1.159-1");
        Line('4', "Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2-debian-1.16.2-1 04/01/2014");
        Line('4', $"RIP: 0010:{function}+0x1c/0x40 [mayday_load]");
        Line('4', "Code: 90 90 90 90 90 90 90 90 90 90 90 90 90 90 90 90 0f 1f 44 00 00 55 48 89 e5 53 48 89 fb e8 00 00 00 00 48 8b 43 10 31 c0 <48> 8b 40 18 5b 5d c3 cc cc cc cc 66 90");
        foreach (var line in registers)
        {
            Line('4', line);
        }

        Line('4', "Call Trace:");
        Line('4', " <TASK>");
        for (var i = 0; i < 20; i++)
        {
            var caller = s_callers[(i * 5 + signature) % s_callers.Length];
            Line('4', $" {(i % 7 == 6 ? "? " : "")}{caller}+0x{0x12 + i * 7:x}/0x{0x1f0 + i * 9:x} [mayday_load]");
        }

        Line('4', " worker_thread+0x52/0x3b0");
        Line('4', " ? rescuer_thread+0x3a0/0x3a0");
        Line('4', " kthread+0xd7/0x100");
        Line('4', " ? kthread_complete_and_exit+0x20/0x20");
        Line('4', " ret_from_fork+0x1f/0x30");
        Line('4', " </TASK>");
        Line('4', Modules);
        Line('4', "CR2: 0000000000000018");
        Line('4', "---[ end trace 0000000000000000 ]---");
        Line('4', $"RIP: 0010:{function}+0x1c/0x40 [mayday_load]");
        foreach (var line in registers)
        {
            Line('4', line);
        }

        Line('4', "note: load-worker[4242] exited with irqs disabled");
        return text.ToString();

        void Line(char level, string line) => text.Append('<').Append(level).Append('>').Append(Time).Append(' ').Append(line).Append('\n');
    }

    private static string[] Registers() =>
    [
        "RSP: 0018:ffffb4d5c0~~~~~~~~e0 EFLAGS: 00010246",
        "RAX: 0000000000000000 RBX: ffff8d1b~~~~~~~~ RCX: 00000000~~~~~~~~",
        "RDX: ffff8d1b~~~~~~~~ RSI: ffffffff~~~~~~~~ RDI: ffff8d1b~~~~~~~~",
        "RBP: ffffb4d5~~~~~~~~ R08: 00000000~~~~~~~~ R09: ffff8d1b~~~~~~~~",
        "R10: ffffb4d5~~~~~~~~ R11: ffffffff~~~~~~~~ R12: ffff8d1b~~~~~~~~",
        "R13: ffff8d1b~~~~~~~~ R14: ffff8d1b~~~~~~~~ R15: 0000000000000000",
        "FS:  0000000000000000(0000) GS:ffff8d1b~~~~~~~~(0000) knlGS:0000000000000000",
        "CS:  0010 DS: 0000 ES: 0000 CR0: 0000000080050033",
        "CR2: 0000000000000018 CR3: 00000000~~~~~~00 CR4: 00000000000006f0",
    ];
}
