using System.Globalization;
using Mayday.Agent.Forwarding;
using Mayday.Agent.Kmsg;
using Mayday.Agent.Netlink;
using Mayday.Agent.Printk;
using Mayday.Linux.Kmsg;
using Mayday.Linux.Netlink;
using Mayday.Protocol;

namespace Mayday.Agent;

/// <summary>
/// What runs on a machine of the fleet: makes events of the kernel log, of uevents and of evlog records, keeps them on disk, and hands them to
/// the collector until it has answered for each.
/// </summary>
/// <example><c>await new KernelAgent(options, TimeProvider.System, notice => log(notice.Text)).RunAsync(stopping);</c></example>
public sealed class KernelAgent : IDisposable
{
    // Size of a spool file; it is deleted as a whole once it was sent.
    private const long SpoolFileBytes = 4 << 20;

    private static readonly string[] s_defaultDumpFolders = ["/sys/fs/pstore", "/var/lib/systemd/pstore", "/var/crash"];

    private readonly AgentOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<AgentNotice> _tell;
    private readonly Func<IKmsgDevice> _openKmsg;
    private readonly Random _random;

    /// <summary>Makes an agent; nothing runs yet.</summary>
    /// <param name="options">Valid options (<see cref="ValidateAgentOptions"/>).</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Hears what an operator should know; from any thread.</param>
    public KernelAgent(AgentOptions options, TimeProvider time, Action<AgentNotice> tell)
        : this(options, time, tell, () => KmsgDevice.Open(KmsgDevice.DefaultPath), new Random())
    {
    }

    internal KernelAgent(AgentOptions options, TimeProvider time, Action<AgentNotice> tell, Func<IKmsgDevice> openKmsg, Random random)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        _tell = tell;
        _openKmsg = openKmsg;
        _random = random;
    }

    /// <summary>What it did so far.</summary>
    public AgentCounters Counters { get; } = new();

    /// <summary>Runs until it is told to stop; what is in memory then goes to the spool, which the next run sends.</summary>
    /// <param name="stopping">Ends it.</param>
    /// <exception cref="AgentStartException">A source or the spool cannot be used.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        var boot = KmsgCursor.RunningBoot();
        var folder = Path.GetFullPath(_options.Spool.Resolve());
        using var spool = OpenSpool(folder, boot);
        using var client = new CollectorClient(new Uri(_options.To), _options.Host, _options.Token, _options.Timeout, _time);
        using var forwarder = new Forwarder(spool, client, Counters, _time, _random, _tell);
        using var outbox = new EventOutbox(spool, Counters, _time, _tell, forwarder.Wake);
        forwarder.Drained = outbox.TellLosses;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var tasks = new List<Task>();
        using var kmsg = _options.Kmsg.Enabled ? OpenKmsg() : null;
        if (kmsg is not null)
        {
            _ = OutgoingEventJson.TryParseSeverity(_options.Kmsg.Severity, out var least);
            var reader = new KmsgReader(kmsg, boot, spool.Cursor, least, LoadMatcher(), _time);
            var source = new KmsgSource(kmsg, reader, outbox, Counters, _time, _tell);
            tasks.Add(OnOwnThread(() => source.Run(ending.Token)));
        }

        var sockets = OpenSockets();
        foreach (var (receiver, groups) in sockets)
        {
            var source = new NetlinkSource(receiver, groups, outbox, Counters, _time, _tell);
            tasks.Add(OnOwnThread(() => source.Run(ending.Token)));
        }

        if (_options.Dumps.Enabled)
        {
            IReadOnlyList<string> folders = _options.Dumps.Folders.Count > 0 ? [.. _options.Dumps.Folders] : s_defaultDumpFolders;
            tasks.Add(new DumpHandIn(client, Path.Combine(folder, "handed-in"), folders, _time, _random, _tell).RunAsync(ending.Token));
        }

        tasks.Add(forwarder.RunAsync(ending.Token));
        await EndTogetherAsync(tasks, ending).ConfigureAwait(false);
        sockets.ForEach(socket => socket.Receiver.Dispose());
        outbox.Close();
        _tell(new AgentNotice(Severity.Informational, Summary(spool)));
    }

    /// <inheritdoc/>
    public void Dispose() => Counters.Dispose();

    // When one part fails the others are stopped too: an agent that does half of its work would go unnoticed.
    private static async Task EndTogetherAsync(List<Task> tasks, CancellationTokenSource ending)
    {
        var running = new List<Task>(tasks);
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running).ConfigureAwait(false);
            running.Remove(ended);
            if (ended.IsFaulted)
            {
                await ending.CancelAsync().ConfigureAwait(false);
            }
        }

        foreach (var task in tasks)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // The normal end.
            }
        }
    }

    private static Task OnOwnThread(Action run) =>
        Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private OutgoingSpool OpenSpool(string folder, Guid boot)
    {
        try
        {
            var spool = OutgoingSpool.Open(folder, boot, _options.Spool.MaxBytes, SpoolFileBytes);
            if (spool.Batches > 0)
            {
                _tell(new AgentNotice(Severity.Informational, string.Create(CultureInfo.InvariantCulture, $"{spool.Batches} batches of an earlier run wait in {folder}.")));
            }

            if (spool.DamagedFiles > 0)
            {
                _tell(new AgentNotice(Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"{spool.DamagedFiles} files in {folder} end in a batch that was not written whole; what is whole in them is sent.")));
            }

            return spool;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new AgentStartException($"The spool folder {folder} cannot be written by this user. Set Agent:Spool:Directory (--spool) to one that can, or change its owner.", denied);
        }
        catch (IOException failure)
        {
            throw new AgentStartException($"The spool folder {folder} cannot be used ({failure.Message.TrimEnd('.')}). If another agent uses it, give each its own with Agent:Spool:Directory (--spool).", failure);
        }
    }

    private IKmsgDevice OpenKmsg()
    {
        try
        {
            return _openKmsg();
        }
        catch (IOException denied)
        {
            throw new AgentStartException(
                $"The kernel log {KmsgDevice.DefaultPath} cannot be read ({denied.Message.TrimEnd('.')}). Run as root or with CAP_SYSLOG, or turn it off with Agent:Kmsg:Enabled=false (--no-kmsg).", denied);
        }
    }

    private List<(NetlinkReceiver Receiver, NetlinkGroups Groups)> OpenSockets()
    {
        var wanted = new List<NetlinkGroups>();
        if (_options.Uevents.Enabled)
        {
            wanted.Add(NetlinkGroups.Uevents);
        }

        foreach (var listen in _options.Evlog.Listen)
        {
            if (NetlinkGroups.TryParse(listen, out var groups))
            {
                wanted.Add(groups);
            }
        }

        var sockets = new List<(NetlinkReceiver, NetlinkGroups)>();
        foreach (var groups in wanted)
        {
            try
            {
                sockets.Add((NetlinkReceiver.Open(groups), groups));
            }
            catch (IOException denied)
            {
                sockets.ForEach(socket => socket.Item1.Dispose());
                throw new AgentStartException(groups == NetlinkGroups.Uevents
                    ? $"Uevents cannot be listened to ({denied.Message}). Turn them off with Agent:Uevents:Enabled=false (--no-uevents)."
                    : $"The netlink socket {groups} cannot be opened ({denied.Message}). Groups need root or CAP_NET_ADMIN, and the kernel must know the protocol.", denied);
            }
        }

        return sockets;
    }

    private PrintkMatcher? LoadMatcher()
    {
        IReadOnlyList<string> paths = _options.Kmsg.Catalogues.Count > 0 ? [.. _options.Kmsg.Catalogues]
            : Directory.Exists(PrintkIndex.KernelFolder) ? [PrintkIndex.KernelFolder] : [];
        if (paths.Count == 0)
        {
            _tell(new AgentNotice(Severity.Informational,
                $"This kernel has no printk index ({PrintkIndex.KernelFolder}), so events are text without format and arguments. `mayday agent catalogue` makes a catalogue from its image."));
            return null;
        }

        try
        {
            var matcher = new PrintkMatcher(paths.SelectMany(PrintkIndex.Load));
            _tell(new AgentNotice(Severity.Informational, string.Create(CultureInfo.InvariantCulture, $"{matcher.Count} formats of kernel messages from {string.Join(", ", paths)}.")));
            return matcher;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException($"The catalogue cannot be read ({unreadable.Message.TrimEnd('.')}). Mend Agent:Kmsg:Catalogues (--catalogue), or leave it out.", unreadable);
        }
    }

    private string Summary(OutgoingSpool spool) => string.Create(CultureInfo.InvariantCulture,
        $"{Counters.Events} events, {Counters.Sent} taken by the collector, {Counters.Known} known to it, {Counters.Rejected + Counters.Refused} refused, {Counters.Dropped} dropped, {spool.Batches} batches wait in the spool.");
}
