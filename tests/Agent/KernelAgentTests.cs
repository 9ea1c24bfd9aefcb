using System.Text;
using Mayday.Agent.Forwarding;
using Mayday.Agent.Kmsg;
using Mayday.Agent.Tests.Forwarding;
using Mayday.Agent.Tests.Kmsg;
using Mayday.Agent.Tests.Netlink;
using Mayday.Linux.Kmsg;
using Mayday.Protocol.Evlog;
using Mayday.Tests.Shared;

namespace Mayday.Agent.Tests;

public sealed class KernelAgentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mayday-agent-").FullName;
    private readonly List<AgentNotice> _notices = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private AgentOptions Options(string url) => new()
    {
        To = url,
        Host = "db 7",
        Uevents = { Enabled = false },
        Dumps = { Enabled = false },
        Spool = { Directory = Path.Combine(_folder, "spool") },
    };

    private KernelAgent Agent(AgentOptions options, Func<IKmsgDevice> open) => new(options, TimeProvider.System, Tell, open, new Random(1));

    private void Tell(AgentNotice notice)
    {
        lock (_notices)
        {
            _notices.Add(notice);
        }
    }

    private static IEnumerable<string?> Texts(ListeningCollector collector) => collector.Events.Select(one => one.GetProperty("text").GetString());

    [Fact]
    public async Task Run_StoppedAndStartedAgain_HandsInEachRecordOnce()
    {
        await using var collector = await ListeningCollector.StartAsync();
        using var kmsg = new ScriptedKmsg();
        for (var run = 0; run < 4; run++)
        {
            // The second run finds nobody who takes events: they wait for the third.
            if (run == 1)
            {
                await collector.StopAsync();
            }

            if (run == 2)
            {
                await collector.ListenAsync();
            }

            kmsg.Log("4", $"-;printed before run {run}");
            kmsg.Log("6", "-;too mild");
            kmsg.Reopen();
            using var stop = new CancellationTokenSource();
            using var agent = Agent(Options(collector.Url), () => kmsg);
            var running = agent.RunAsync(stop.Token);
            kmsg.Log("3", $"-;printed in run {run}");
            await Patience.UntilAsync(() => agent.Counters.Events == 2, "two events made");
            if (run != 1)
            {
                await Patience.UntilAsync(() => collector.EventCount == 2 * (run + 1), "all events taken");
            }

            await stop.CancelAsync();
            await running;
        }

        Assert.Equal(Enumerable.Range(0, 4).SelectMany(run => new[] { $"printed before run {run}", $"printed in run {run}" }), Texts(collector));
        Assert.Equal("db 7", collector.LastHost);
    }

    [Fact]
    public async Task Run_RecordsOverwritten_BecomeAnEvent()
    {
        await using var collector = await ListeningCollector.StartAsync();
        using var kmsg = new ScriptedKmsg();
        kmsg.Log("3", "-;first");
        using var stop = new CancellationTokenSource();
        using var agent = Agent(Options(collector.Url), () => kmsg);
        var running = agent.RunAsync(stop.Token);
        await Patience.UntilAsync(() => collector.EventCount == 1, "the first event");
        kmsg.NextSequence = 1_001;
        kmsg.OverwriteUpTo(1_001);
        kmsg.Log("3", "-;last");
        await Patience.UntilAsync(() => collector.EventCount == 3, "the loss and the last event");
        await stop.CancelAsync();
        await running;

        Assert.Equal(["first", "1000 kernel log records lost: overwritten before they were read (up to 1000)", "last"], Texts(collector));
        Assert.Equal(1000, agent.Counters.Overwritten);
    }

    [Fact]
    public async Task Run_NetlinkListen_HandsInRecordsAsFramesAndTheRawGroupAsData()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "joining netlink groups needs CAP_NET_ADMIN");
        const uint Records = 1u << 24;
        var options = Options("");
        options.Kmsg.Enabled = false;
        options.Evlog.Listen.Add($"2:{Records | 1}:user");
        await using var collector = await ListeningCollector.StartAsync();
        options.To = collector.Url;
        var record = new byte[256];
        var header = new EvlogHeader { Facility = "scsi", Severity = Protocol.Severity.Error, Format = EvlogFormat.String };
        var length = EvlogWriter.WriteFrame(header, "disk full\0"u8, EvlogLayout.Netlink, isBigEndian: false, record);
        // What stands behind the record would be taken for the beginning of the next one in the batch.
        byte[] datagram = [.. record[..length], 1, 2, 3];
        byte[] raw = [.. "raw of this test alone"u8, 0, 0xff];

        using var stop = new CancellationTokenSource();
        using var agent = Agent(options, () => throw new IOException());
        var running = agent.RunAsync(stop.Token);
        // The socket may not be bound yet; nobody hears who speaks before.
        await Patience.UntilAsync(
            () => collector.Frames.Count > 0 && collector.Events.Any(IsOurs),
            "both are handed in",
            () =>
            {
                NetlinkReceiverTests.Multicast(Records, datagram);
                NetlinkReceiverTests.Multicast(1, raw);
            });
        await stop.CancelAsync();
        await running;

        var one = collector.Events.First(IsOurs);
        Assert.Equal(("kern", "err", 0u), (one.GetProperty("facility").GetString(), one.GetProperty("severity").GetString(), one.GetProperty("eventType").GetUInt32()));
        Assert.False(one.TryGetProperty("text", out _));
        Assert.Equal("raw", one.GetProperty("fields").GetProperty("netlinkGroup").GetString());
        var count = 0;
        for (var reader = new EvlogReader(collector.Frames[0]); reader.MoveNext(); count++)
        {
            Assert.Equal(Protocol.PacketRejectReason.None, reader.Reason);
        }

        Assert.True(count > 0);

        bool IsOurs(System.Text.Json.JsonElement known) => known.TryGetProperty("data", out var data) && data.GetBytesFromBase64().AsSpan().SequenceEqual(raw);
    }

    [Fact]
    public async Task Run_DumpsOfAnEarlierDeath_AreHandedInOnce()
    {
        await using var collector = await ListeningCollector.StartAsync();
        var pstore = Directory.CreateDirectory(Path.Combine(_folder, "pstore", "1700000000")).FullName;
        await File.WriteAllTextAsync(Path.Combine(pstore, "dmesg-efi-170000000001001"), "Oops#1 Part1\n<4>c\n");
        await File.WriteAllTextAsync(Path.Combine(pstore, "dmesg-efi-170000000002001"), "Oops#1 Part2\n<4>a\n<4>b\n");
        await File.WriteAllTextAsync(Path.Combine(pstore, "dmesg.txt"), "what systemd joined\n");
        var crash = Directory.CreateDirectory(Path.Combine(_folder, "crash", "202605011200")).FullName;
        await File.WriteAllTextAsync(Path.Combine(crash, "dmesg.202605011200"), "[    1.000000] Kernel panic - not syncing: x\n");
        var options = Options(collector.Url);
        options.Kmsg.Enabled = false;
        options.Dumps.Enabled = true;
        options.Dumps.Folders.Add(Path.Combine(_folder, "pstore"));
        options.Dumps.Folders.Add(Path.Combine(_folder, "crash"));
        options.Dumps.Folders.Add(Path.Combine(_folder, "nowhere"));

        for (var run = 0; run < 2; run++)
        {
            using var stop = new CancellationTokenSource();
            using var agent = Agent(options, () => throw new IOException());
            var running = agent.RunAsync(stop.Token);
            await Patience.UntilAsync(() => collector.Dumps.Count == 2, "both dumps");
            await stop.CancelAsync();
            await running;
        }

        Assert.Equal(2, collector.Dumps.Count);
        Assert.Contains(collector.Dumps, dump => Encoding.UTF8.GetString(dump.Body) == "<4>a\n<4>b\n<4>c\n" && dump.Query.StartsWith("?host=db%207&time=20", StringComparison.Ordinal));
        Assert.Contains(collector.Dumps, dump => Encoding.UTF8.GetString(dump.Body).Contains("Kernel panic"));
    }

    [Fact]
    public async Task Run_KernelLogThatCannotBeRead_SaysWhatToDo()
    {
        using var agent = Agent(Options("http://127.0.0.1:9"), () => throw new IOException("Operation not permitted"));
        var failure = await Assert.ThrowsAsync<AgentStartException>(() => agent.RunAsync(CancellationToken.None));

        Assert.Contains("/dev/kmsg cannot be read (Operation not permitted). Run as root", failure.Message);
    }

    [Fact]
    public async Task Run_SpoolOfAnotherAgent_IsRefused()
    {
        using var other = OutgoingSpool.Open(Path.Combine(_folder, "spool"), Guid.Empty, 1 << 20, 1 << 20);
        using var agent = Agent(Options("http://127.0.0.1:9"), () => new ScriptedKmsg());

        Assert.Contains("If another agent uses it", (await Assert.ThrowsAsync<AgentStartException>(() => agent.RunAsync(CancellationToken.None))).Message);
    }
}
