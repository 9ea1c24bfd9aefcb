using System.Diagnostics;
using System.Text.RegularExpressions;
using Mayday.Collector.Intake;
using Mayday.Linux.Netlink;
using Mayday.Tests.Shared;
using Mayday.Tests.Shared.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>The ten lines of the operations guide, as they stand there, on real sockets.</summary>
public sealed partial class ForwardExampleTests
{
    // A group of its own: tests that run at the same time send to others.
    // Groups are heard by the whole machine: no other test, of the agent's neither, may send to this one.
    private const uint Group = 1u << 18;

    [Fact]
    public async Task ScriptOfTheGuide_ForwardsRecordsFromNetlinkToUdp()
    {
        if (!File.Exists("/usr/bin/python3"))
        {
            Assert.Skip("needs python3");
        }

        try
        {
            NetlinkSocket.Open(NetlinkSocket.UserProtocol, Group, 4096).Dispose();
        }
        catch (NetlinkException)
        {
            Assert.Skip("hearing netlink groups needs CAP_NET_ADMIN");
        }

        var script = Script().Match(File.ReadAllText(Repository.Find("docs/operations.md"))).Groups[1].Value;
        var options = new CollectorOptions { Name = "test", Netoops = { Port = -1 }, Netconsole = { Port = -1 }, Evlog = { Port = 0 } };
        using var counters = new CollectorCounters();
        await using var pipeline = Pipeline.Open(options, null, null, counters, TimeProvider.System, NullLogger.Instance);
        pipeline.Start();
        using var forwarder = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, "2", "0x40000", $"127.0.0.1:{pipeline.Ports.Evlog}"]))!;
        try
        {
            using var sender = NetlinkSocket.Open(NetlinkSocket.UserProtocol, 0, 64 << 10);
            EventBlock? block = null;

            // Until it listens nobody hears; nothing tells when it does.
            await Patience.UntilAsync(() => pipeline.Events.TryRead(out block), "a record was forwarded", () => sender.Send(EvlogVectors.PrintfFromE1000, 0, Group));
            var entries = block!.Entries;
            Assert.True(EventEntry.TryTake(ref entries, out var entry));
            Assert.Equal(EvlogVectors.PrintfFromE1000, entry.Record.ToArray());
            Assert.Equal("127.0.0.1", entry.Source.ToAddress().ToString());
        }
        finally
        {
            forwarder.Kill();
            await forwarder.WaitForExitAsync();
        }

        await pipeline.StopAsync();
    }

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Script();
}
