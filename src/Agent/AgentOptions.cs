using System.ComponentModel;

namespace Mayday.Agent;

/// <summary>Configuration section <c>Agent</c>: what <c>mayday agent run</c> does on a machine of the fleet.</summary>
public sealed class AgentOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Agent";

    /// <summary>The collector's address, <c>http://10.0.0.9:8080</c>. There is no default: events must only go where the operator wants
    /// them.</summary>
    public string To { get; set; } = "";

    /// <summary>The name under which the machine is reported. Default: the kernel's own host name, so that events, netconsole and netoops
    /// belong to the same host.</summary>
    public string Host { get; set; } = KernelHostName();

    /// <summary>Sent as <c>Authorization: Bearer</c> for a proxy that requires it; none by default.</summary>
    [PasswordPropertyText(true)]
    public string? Token { get; set; }

    /// <summary>A request without an answer for this long has failed. 30 s: a collector that needs longer is in trouble, and the batch is
    /// safe in the spool.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The kernel log.</summary>
    public KmsgOptions Kmsg { get; set; } = new();

    /// <summary>Kobject uevents.</summary>
    public UeventOptions Uevents { get; set; } = new();

    /// <summary>evlog records over netlink.</summary>
    public EvlogNetlinkOptions Evlog { get; set; } = new();

    /// <summary>Dumps of an earlier crash.</summary>
    public DumpOptions Dumps { get; set; } = new();

    /// <summary>The spool of data that waits for the collector.</summary>
    public AgentSpoolOptions Spool { get; set; } = new();

    private static string KernelHostName()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/hostname").Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName;
        }
    }
}

/// <summary>Section <c>Agent:Kmsg</c>.</summary>
public sealed class KmsgOptions
{
    /// <summary>Reads <c>/dev/kmsg</c>. On by default: every kernel has it.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The lowest severity that makes an event: a word (<c>err</c>) or 0 to 7. Default <c>warning</c>: corrected hardware errors,
    /// link and disk problems are logged at it, and a healthy machine logs fewer than 100 such messages a day.</summary>
    public string Severity { get; set; } = "warning";

    /// <summary>
    /// Printk indexes or catalogues of the same form, files or folders. Empty: the running kernel's own
    /// (<c>/sys/kernel/debug/printk/index</c>), where it has one.
    /// </summary>
    public IList<string> Catalogues { get; } = [];
}

/// <summary>Section <c>Agent:Uevents</c>.</summary>
public sealed class UeventOptions
{
    /// <summary>Listens to the kernel's uevents and keeps those that report errors. On by default: they are few.</summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>Section <c>Agent:Evlog</c>.</summary>
public sealed class EvlogNetlinkOptions
{
    /// <summary>Netlink sockets from which evlog records are received, <c>PROTOCOL:GROUPS[:user]</c>: GROUPS is the bit mask of groups,
    /// <c>user</c> also accepts senders from user space. None by default: only kernels with the evlog patch, or programs written for it,
    /// send any.</summary>
    public IList<string> Listen { get; } = [];
}

/// <summary>Section <c>Agent:Dumps</c>.</summary>
public sealed class DumpOptions
{
    /// <summary>Sends at the start what an earlier crash left behind. On by default: no other sender has these last messages.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where to look, including subfolders, for pstore files (<c>dmesg-*</c>) and kdump's logs (<c>dmesg.*</c>,
    /// <c>vmcore-dmesg.txt</c>). Empty: <c>/sys/fs/pstore</c>, <c>/var/lib/systemd/pstore</c> (where systemd moves them at boot) and
    /// <c>/var/crash</c>.</summary>
    public IList<string> Folders { get; } = [];
}

/// <summary>Section <c>Agent:Spool</c>.</summary>
public sealed class AgentSpoolOptions
{
    /// <summary>Folder of the spool; each agent needs its own. <c>/var/lib/mayday-agent</c> as root, else
    /// <c>~/.local/share/mayday-agent</c>.</summary>
    public string? Directory { get; set; }

    /// <summary>Bytes that may wait. 256 MiB: an hour at 100 events per second is 360,000 events, 160 MB at 450 bytes each without
    /// compression. Kernel messages compress to a fifth, so it holds half a day.</summary>
    public long MaxBytes { get; set; } = 256L << 20;

    internal string Resolve() => Directory ?? (Environment.IsPrivilegedProcess
        ? "/var/lib/mayday-agent"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "mayday-agent"));
}
