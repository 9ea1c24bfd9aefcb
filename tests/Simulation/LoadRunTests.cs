using System.Net;
using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Mayday.Simulation.Links;
using Mayday.Simulation.Load;

namespace Mayday.Simulation.Tests;

public sealed class LoadRunTests
{
    [Fact]
    public async Task Send_Lines_EachMachineTellsAllItsRecordsFromItsOwnAddress()
    {
        using var receiver = new Receiver();
        var report = await SendAsync(receiver, new LoadOptions { Hosts = 20, LineRate = 0, Lines = 400 });

        var received = await receiver.TakeAsync(report.Sent);

        Assert.Equal(420, report.Sent); // each machine ends with one line more
        Assert.Equal(420, received.Count);
        Assert.Equal(received.Sum(datagram => datagram.Payload.Length), report.Bytes);
        Assert.All(received, datagram => Assert.Equal(120, datagram.Payload.Length));
        var machines = received.GroupBy(datagram => datagram.From.Address).ToDictionary(machine => machine.Key, machine => machine.Select(datagram => datagram.Payload).ToArray());
        Assert.Equal(report.Hosts.Select(host => host.Address).ToHashSet(), machines.Keys.ToHashSet());
        Assert.All(report.Hosts, host =>
        {
            Assert.Equal((21, 21, 0, 0, 0), (host.Sent, host.Records, host.Lost, host.Duplicates, host.Late));
            Assert.Equal(Enumerable.Range(0, 21).Select(number => (ulong)number), machines[host.Address].Select(SequenceOf));
            Assert.All(machines[host.Address], datagram => Assert.Contains($" host={host.Name}\n msgid={SequenceOf(datagram) + 1}\n", Encoding.ASCII.GetString(datagram)));
        });
    }

    [Fact]
    public async Task Send_Events_EachIsARecordOfItsOwn()
    {
        using var receiver = new Receiver();
        var report = await SendAsync(receiver, new LoadOptions { Hosts = 5, Format = LoadFormat.Evlog, LineRate = 0, Lines = 1000 });

        var received = await receiver.TakeAsync(report.Sent);

        Assert.Equal((1005, 1005, 0), (report.Sent, report.EventsSent, report.NetconsoleSent));
        var seen = new HashSet<string>();
        foreach (var (from, payload) in received.Select(datagram => (datagram.From.Address, datagram.Payload)))
        {
            var reader = new EvlogReader(payload);
            Assert.True(reader.MoveNext());
            Assert.Equal(PacketRejectReason.None, reader.Reason);
            var text = new byte[256];
            var words = Encoding.ASCII.GetString(text.AsSpan(0, reader.Record.ReadPrintf().Render(text, out _)));
            Assert.Matches("^eth[0-7]: made-up failure [01][0-9] of port [0-9]+, number [0-9]+$", words);
            Assert.True(seen.Add($"{from} {words}"));
            Assert.False(reader.MoveNext());
        }

        Assert.Equal(EventRecords.Formats, seen.Select(text => text[(text.IndexOf("failure", StringComparison.Ordinal) + 8)..][..2]).Distinct().Count());
    }

    [Fact]
    public async Task Send_OverABadNetwork_ReportsPerMachineWhatAReceiverFinds()
    {
        using var receiver = new Receiver();
        var report = await SendAsync(receiver, new LoadOptions
        {
            Hosts = 10,
            LineRate = 0,
            Lines = 3000,
            Impairment = new Impairment(Loss: 0.05, Reorder: 0.1, Duplicate: 0.05),
            Seed = 11,
        });

        var received = await receiver.TakeAsync(report.Sent);

        Assert.True(report.Lost > 0 && report.Late > 0 && report.Duplicated > 0);
        Assert.All(report.Hosts, host =>
        {
            var sequences = received.Where(datagram => datagram.From.Address.Equals(host.Address)).Select(datagram => SequenceOf(datagram.Payload)).ToArray();
            var seen = new HashSet<ulong>();
            var (late, copies) = (0, 0);
            foreach (var sequence in sequences)
            {
                var isBehind = seen.Count > 0 && sequence < seen.Max();
                if (!seen.Add(sequence))
                {
                    copies++;
                }
                else if (isBehind)
                {
                    late++;
                }
            }

            Assert.Equal(301, host.Records);
            Assert.Equal((host.Records - host.Lost, host.Duplicates, host.Late), (seen.Count, copies, late));
            Assert.Contains(300UL, seen);
        });
    }

    [Fact]
    public async Task Send_SameSeed_LosesTheSame()
    {
        var options = new LoadOptions { Hosts = 3, LineRate = 0, Lines = 300, Impairment = new Impairment(0.3, 0.3, 0.3), Seed = 5 };
        using var receiver = new Receiver();

        var first = await SendAsync(receiver, options);
        var second = await SendAsync(receiver, options);

        Assert.Equal(first.Hosts, second.Hosts);
    }

    [Fact]
    public async Task Send_NetoopsDumps_AreWholeInThreeRoundsAndHoldTheCrash()
    {
        using var receiver = new Receiver();
        var report = await SendAsync(receiver, new LoadOptions { Format = LoadFormat.Netoops, Hosts = 4, CrashRate = 0, Crashes = 8, Signatures = 2 });

        var received = await receiver.TakeAsync(report.Sent);

        Assert.Equal((8, 0, 0), (report.Dumps, report.PartialDumps, report.MissingPackets));
        Assert.Equal((report.Sent, report.Sent * 2 / 3), (report.NetoopsSent, report.RepeatedPackets));
        Assert.Equal([4, 4], report.Crashes.Values);
        var dumps = DumpsOf(received.Select(datagram => datagram.Payload));
        Assert.Equal(8, dumps.Count);
        Assert.All(dumps, dump =>
        {
            var crash = Assert.Single(CrashAnalyzer.Analyze(dump));
            Assert.Contains(crash.Function!, report.Crashes.Keys);
            Assert.StartsWith("BUG: unable to handle kernel NULL pointer dereference in load_fault_00", crash.Title);
            Assert.Equal(60, dump.Count(letter => letter == '\n'));
            Assert.InRange(dump.Length, 4_500, 6_000);
        });
    }

    [Fact]
    public async Task Send_NetoopsLog_HasTheLengthAskedFor()
    {
        using var receiver = new Receiver();
        var report = await SendAsync(receiver, new LoadOptions { Format = LoadFormat.Netoops, Hosts = 1, CrashRate = 0, Crashes = 1, LogBytes = 64 << 10 });

        var dump = Assert.Single(DumpsOf((await receiver.TakeAsync(report.Sent)).Select(datagram => datagram.Payload)));

        Assert.Equal(3 * 64, report.Sent);
        Assert.Equal(64 << 10, dump.Length);
        Assert.Single(CrashAnalyzer.Analyze(dump));
    }

    [Fact]
    public async Task Send_NetoopsOverABadNetwork_ReportsThePacketsThatNoRoundBrought()
    {
        using var receiver = new Receiver();
        var report = await SendAsync(receiver, new LoadOptions
        {
            Format = LoadFormat.Netoops,
            Hosts = 5,
            CrashRate = 0,
            Crashes = 20,
            Together = 3,
            Impairment = new Impairment(0.4, 0.1, 0.1),
            Seed = 3,
        });

        var packets = (await receiver.TakeAsync(report.Sent)).Select(datagram => Parse(datagram.Payload)).ToArray();

        var missing = packets.GroupBy(packet => packet.Dump).Select(dump => dump.First().Count - dump.Select(packet => packet.Number).Distinct().Count()).ToArray();
        Assert.Equal(20, missing.Length);
        Assert.Equal((missing.Sum(), missing.Count(number => number > 0)), (report.MissingPackets, report.PartialDumps));
        Assert.True(report.PartialDumps > 0);
        Assert.Equal(packets.Length - packets.Distinct().Count(), report.RepeatedPackets);
    }

    [Fact]
    public async Task Send_Mixed_EveryFormatCrashes()
    {
        using var receiver = new Receiver();
        var report = await SendAsync(receiver, new LoadOptions { Format = LoadFormat.Mixed, Hosts = 3, LineRate = 0, Lines = 30, CrashRate = 0, Crashes = 3 });

        var received = await receiver.TakeAsync(report.Sent);

        Assert.True(report.NetoopsSent > 0 && report.NetconsoleSent > 60 && report.NetconsoleBasicSent > 60);
        Assert.All(report.Hosts, host => Assert.Equal(1, host.Crashes));
        var basic = report.Hosts.Single(host => host.Format == LoadFormat.NetconsoleBasic);
        var console = string.Concat(received.Where(datagram => datagram.From.Address.Equals(basic.Address)).Select(datagram => Encoding.ASCII.GetString(datagram.Payload)));
        Assert.StartsWith("load_fault_", Assert.Single(CrashAnalyzer.Analyze(Encoding.ASCII.GetBytes(console))).Function);
    }

    [Fact]
    public async Task Send_Strangers_ComeFromManyAddresses()
    {
        using var receiver = new Receiver();
        var report = await SendAsync(receiver, new LoadOptions
        {
            Hosts = 2,
            LineRate = 0,
            Lines = 10,
            Strangers = 1000,
            StrangerRate = 10_000,
            Duration = TimeSpan.FromMilliseconds(50),
        });

        var received = await receiver.TakeAsync(report.Sent);

        Assert.Equal(500, report.StrangersSent);
        Assert.InRange(received.Select(datagram => datagram.From.Address).Distinct().Count(), 200, 502);
    }

    [Fact]
    public async Task Probe_IsADumpOfAMachineOfItsOwn()
    {
        using var receiver = new Receiver();
        using var enough = new CancellationTokenSource();
        var run = new LoadRun(Towards(receiver, new LoadOptions { Hosts = 3, Format = LoadFormat.Mixed, LineRate = 100, Duration = TimeSpan.FromHours(1) }), TimeProvider.System);
        var sending = run.SendAsync(null, enough.Token);

        var first = await run.ProbeAsync();
        var second = await run.ProbeAsync();
        await enough.CancelAsync();
        var report = await sending;

        Assert.NotEqual(first.HostName, second.HostName);
        Assert.Equal(2, report.Dumps);
        Assert.Contains(report.Hosts, host => host.Name == second.HostName && host.Crashes == 1);
        Assert.Throws<InvalidOperationException>(() => { _ = run.ProbeAsync(); });
    }

    [Fact]
    public async Task Send_WhereNothingListens_IsTold()
    {
        LoadOptions options;
        using (var closed = new Receiver())
        {
            options = Towards(closed, new LoadOptions { Hosts = 2, LineRate = 0, Lines = 5000 });
        }

        Assert.True((await new LoadRun(options, TimeProvider.System).SendAsync(null, default)).Refused > 0);
    }

    [Fact]
    public void LoadRun_OptionsThatDoNotGoTogether_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new LoadRun(new LoadOptions { Format = LoadFormat.Netoops, LineRate = 1 }, TimeProvider.System));
        Assert.Throws<ArgumentException>(() => new LoadRun(new LoadOptions(), TimeProvider.System));
        Assert.Throws<ArgumentException>(() => new LoadRun(new LoadOptions { LineRate = 1, Hosts = 100_000, Target = IPAddress.Parse("192.0.2.1") }, TimeProvider.System));
    }

    private static Task<LoadReport> SendAsync(Receiver receiver, LoadOptions options) =>
        new LoadRun(Towards(receiver, options), TimeProvider.System).SendAsync(null, CancellationToken.None);

    private static LoadOptions Towards(Receiver receiver, LoadOptions options) => options with { NetoopsPort = receiver.Port, NetconsolePort = receiver.Port, EvlogPort = receiver.Port };

    private static ulong SequenceOf(byte[] datagram)
    {
        Assert.True(ExtendedPacket.TryParse(datagram, out var packet, out _));
        return packet.Sequence;
    }

    private static (string Dump, int Number, int Count) Parse(byte[] datagram)
    {
        Assert.True(NetoopsPacket.TryParse(datagram, out var packet, out _));
        var key = new byte[NetoopsPacket.KeyLength];
        packet.ComputeKey(key);
        return (Convert.ToHexString(key), packet.PacketNumber, packet.PacketCount);
    }

    private static List<byte[]> DumpsOf(IEnumerable<byte[]> datagrams) => [.. datagrams
        .GroupBy(datagram => Parse(datagram).Dump)
        .Select(dump => dump.DistinctBy(datagram => Parse(datagram).Number)
            .OrderByDescending(datagram => Parse(datagram).Number)
            .SelectMany(datagram => datagram[^NetoopsFormat.DataLength..].AsSpan().TrimEnd((byte)0).ToArray())
            .ToArray())];
}
