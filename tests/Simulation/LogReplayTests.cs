using System.Net;
using System.Net.Sockets;
using System.Text;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Mayday.Simulation.Captures;
using Mayday.Simulation.Links;
using Mayday.Simulation.Replay;

namespace Mayday.Simulation.Tests;

public sealed class LogReplayTests
{
    private static readonly ReplaySource s_textLog = ReplaySource.Parse("crash.log", Encoding.ASCII.GetBytes(
        "<5>[    0.000000] Linux version 6.1.0-56-amd64 (debian)\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"<6>[ {i,4}.000001] line {i}\n"))));

    [Fact]
    public async Task SendAsync_CaptureAsIs_IsVerbatimFromOnePort()
    {
        using var receiver = new Receiver();

        var report = await SendAsync(receiver, [Captured.Source("quiet_oops.ext.jsonl")]);
        var received = await receiver.TakeAsync(report.Sent);

        var capture = Captured.Datagrams("quiet_oops.ext.jsonl");
        Assert.Equal(capture.Select(datagram => datagram.Payload), received.Select(datagram => datagram.Payload));
        Assert.Single(received.Select(datagram => datagram.From).Distinct());
        Assert.Equal((66, capture.Sum(datagram => datagram.Payload.Length)), (report.Sent, report.Bytes));
        Assert.Equal((0, 0, 0, 0), (report.Lost, report.Duplicated, report.Reordered, report.Refused));
    }

    [Fact]
    public async Task SendAsync_CaptureOfTwoPorts_ComesFromTwoPortsInItsOrder()
    {
        using var receiver = new Receiver();
        var source = ReplaySource.Parse("two.jsonl", Encoding.ASCII.GetBytes(string.Concat(new[] { (1, "a"), (2, "b"), (1, "c") }
            .Select(datagram => $"{{\"port\": {datagram.Item1}, \"b64\": \"{Convert.ToBase64String(Encoding.ASCII.GetBytes(datagram.Item2))}\"}}\n"))));

        var received = await receiver.TakeAsync((await SendAsync(receiver, [source])).Sent);

        Assert.Equal(["a", "b", "c"], received.Select(datagram => Encoding.ASCII.GetString(datagram.Payload)));
        Assert.Equal(received[0].From, received[2].From);
        Assert.NotEqual(received[0].From, received[1].From);
    }

    [Fact]
    public async Task SendAsync_TextLog_IsANetoopsDumpInThreeRounds()
    {
        using var receiver = new Receiver();

        var report = await SendAsync(receiver, [s_textLog], options => options with { HostName = "web-1" });
        var received = await receiver.TakeAsync(report.Sent);

        var dump = Assert.Single(Assert.Single(report.Hosts).Dumps);
        Assert.Equal(3 * dump.PacketCount, received.Count);
        Assert.NotEqual(0u, dump.BootId);
        Assert.All(received, datagram =>
        {
            Assert.True(NetoopsPacket.TryParse(datagram.Payload, out var packet, out _));
            Assert.Equal("6.1.0-56-amd64", Encoding.ASCII.GetString(packet.KernelRelease));
            Assert.Equal(new KeyValuePair<string, string>("host", "web-1"), Assert.Single(NetoopsUserBlob.Read(packet.UserBlob)));
            Assert.Equal((dump.BootId, dump.DumpId), (packet.BootId, packet.DumpId));
            Assert.False(packet.Registers.IsPresent);
        });
        Assert.Equal(s_textLog.Logs[0], Assert.Single(CaptureLogs.Read([.. received.Select(datagram => new CapturedDatagram(0, 1, datagram.Payload))])));
    }

    [Fact]
    public async Task SendAsync_OverABadNetwork_ReportsExactlyWhatIsMissing()
    {
        using var receiver = new Receiver();

        var report = await SendAsync(receiver, [Captured.Source("longlines.ext.jsonl"), s_textLog], options => options with
        {
            Format = ReplayFormat.Netoops,
            Hosts = 20,
            Impairment = new Impairment(0.5, 0.2, 0.2),
            Seed = 11,
        });
        var received = await receiver.TakeAsync(report.Sent);

        Assert.True(report.Lost > 0 && report.Duplicated > 0 && report.Reordered > 0);
        Assert.Equal(20, report.Hosts.Count);
        Assert.Contains(report.Hosts, host => host.Dumps[0].MissingPackets.Count > 0);
        Assert.All(report.Hosts, host =>
        {
            var dump = Assert.Single(host.Dumps);
            var arrived = received.Where(datagram => datagram.From.Address.Equals(host.Address)).Select(datagram =>
            {
                Assert.True(NetoopsPacket.TryParse(datagram.Payload, out var packet, out _));
                Assert.Equal((dump.BootId, dump.PacketCount), (packet.BootId, packet.PacketCount));
                return packet.PacketNumber;
            });
            Assert.Equal(Enumerable.Range(0, dump.PacketCount).Except(arrived), dump.MissingPackets);
        });
    }

    [Fact]
    public async Task SendAsync_SeveralHosts_AreToldApartByAddressNameAndBoot()
    {
        using var receiver = new Receiver();

        var report = await SendAsync(receiver, [s_textLog], options => options with { Hosts = 300, HostName = "web" });
        var received = await receiver.TakeAsync(report.Sent);

        Assert.Equal(300, received.Select(datagram => datagram.From.Address).Distinct().Count());
        Assert.Equal(300, report.Hosts.Select(host => host.Dumps[0].BootId).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 300).Select(number => $"web-{number:D4}"), report.Hosts.Select(host => host.Name));
    }

    [Fact]
    public async Task SendAsync_AsEvlog_IsARecordALine()
    {
        using var receiver = new Receiver();
        var source = ReplaySource.Parse("log", "<3>[   12.345678] disk full\n\n<6>link up\r\nno level\n"u8.ToArray());

        var report = await SendAsync(receiver, [source], options => options with { Format = ReplayFormat.Evlog });
        var received = await receiver.TakeAsync(report.Sent);

        Assert.Equal(
            [("kern", Severity.Error, "disk full\0"), ("kern", Severity.Informational, "link up\0"), ("kern", Severity.Warning, "no level\0")],
            received.Select(datagram =>
            {
                var reader = new EvlogReader(datagram.Payload);
                Assert.True(reader.MoveNext());
                Assert.Equal(PacketRejectReason.None, reader.Reason);
                return (Encoding.ASCII.GetString(reader.Record.Facility), reader.Record.Severity, Encoding.ASCII.GetString(reader.Record.Variable));
            }));
    }

    [Fact]
    public async Task SendAsync_SameSeed_SendsTheSameDatagrams()
    {
        async Task<IEnumerable<string>> RunAsync(int seed)
        {
            using var receiver = new Receiver();
            var report = await SendAsync(receiver, [s_textLog], options => options with { Hosts = 3, Seed = seed, Impairment = new Impairment(0.2, 0.2, 0.2) });
            return (await receiver.TakeAsync(report.Sent)).Select(datagram => Convert.ToHexString(datagram.Payload));
        }

        var first = await RunAsync(5);

        Assert.Equal(first, await RunAsync(5));
        Assert.NotEqual(first, await RunAsync(6));
    }

    [Fact]
    public async Task SendAsync_ExtendedOverABadNetwork_NamesTheLostRecords()
    {
        using var receiver = new Receiver();

        var report = await SendAsync(receiver, [s_textLog], options => options with { Format = ReplayFormat.Netconsole, Impairment = new Impairment(0.1, 0, 0) });
        var received = await receiver.TakeAsync(report.Sent);

        var arrived = received.Select(datagram => ExtendedPacket.TryParse(datagram.Payload, out var packet, out _) ? packet.Sequence : ulong.MaxValue);
        Assert.NotEmpty(report.Hosts[0].LostRecords);
        Assert.Equal(Enumerable.Range(0, 401).Select(number => (ulong)number).Except(arrived), report.Hosts[0].LostRecords);
    }

    [Fact]
    public async Task SendAsync_NamedCaptureAsIs_CarriesTheNameInEveryRecord()
    {
        using var receiver = new Receiver();

        var report = await SendAsync(receiver, [Captured.Source("quiet_oops.ext.jsonl")], options => options with { HostName = "web-1" });
        var received = await receiver.TakeAsync(report.Sent);

        Assert.Equal(66, received.Count);
        Assert.All(received, datagram =>
        {
            Assert.True(ExtendedPacket.TryParse(datagram.Payload, out var packet, out _));
            Assert.True(packet.Body.IndexOf(" host=web-1\n"u8) > 0);
        });
    }

    [Fact]
    public async Task SendAsync_MoreFilesThanHosts_SendsEveryFile()
    {
        using var receiver = new Receiver();
        var sources = Enumerable.Range(0, 5).Select(number => ReplaySource.Parse($"{number}", Encoding.ASCII.GetBytes($"log {number}\n"))).ToArray();

        var report = await SendAsync(receiver, sources, options => options with { Hosts = 2, Format = ReplayFormat.NetconsoleBasic });
        var received = await receiver.TakeAsync(report.Sent);

        Assert.Equal(["log 0\n", "log 1\n", "log 2\n", "log 3\n", "log 4\n"], received.Select(datagram => Encoding.ASCII.GetString(datagram.Payload)).Order());
    }

    [Fact]
    public async Task SendAsync_WhereNothingListens_CountsEveryRefusal()
    {
        int port;
        using (var closed = new Receiver())
        {
            port = closed.Port;
        }

        var report = await new LogReplay([Captured.Source("quiet_oops.basic.jsonl")], Options(port), TimeProvider.System).SendAsync(null, CancellationToken.None);

        Assert.Equal(56, report.Sent);
        Assert.Equal(56, report.Refused);
    }

    [Fact]
    public async Task SendAsync_OverIPv6_Works()
    {
        if (!Socket.OSSupportsIPv6)
        {
            Assert.Skip("this machine has no IPv6");
        }

        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException)
        {
            Assert.Skip("this machine has no IPv6 loopback");
        }

        var options = Options(((IPEndPoint)socket.LocalEndPoint!).Port) with { Target = IPAddress.IPv6Loopback, Hosts = 2 };
        var report = await new LogReplay([ReplaySource.Parse("x", "x\n"u8.ToArray())], options, TimeProvider.System).SendAsync(null, CancellationToken.None);

        Assert.Equal(6, report.Sent);
        Assert.Equal(1412, socket.Receive(new byte[2048]));
    }

    [Theory]
    [InlineData("quiet_oops.ext.jsonl", ReplayFormat.AsIs, 6666)]
    [InlineData("quiet_oops.ext.jsonl", ReplayFormat.Netoops, 2004)]
    [InlineData("quiet_oops.basic.jsonl", ReplayFormat.AsIs, 6666)]
    [InlineData("quiet_oops.ext.jsonl", ReplayFormat.Evlog, 2005)]
    public void DefaultPort_FollowsTheFormat(string name, ReplayFormat format, int port) => Assert.Equal(port, Captured.Source(name).DefaultPort(format));

    [Fact]
    public void DefaultPort_OfATextLog_IsThatOfNetoops() => Assert.Equal(2004, s_textLog.DefaultPort(ReplayFormat.AsIs));

    [Theory]
    [InlineData("")]
    [InlineData(" \n\0\n")]
    public void Parse_EmptyFile_IsRefused(string content) => Assert.Throws<FormatException>(() => ReplaySource.Parse("x", Encoding.ASCII.GetBytes(content)));

    private static Task<ReplayReport> SendAsync(Receiver receiver, IReadOnlyList<ReplaySource> sources, Func<ReplayOptions, ReplayOptions>? change = null)
    {
        var options = Options(receiver.Port);
        return new LogReplay(sources, change?.Invoke(options) ?? options, TimeProvider.System).SendAsync(null, CancellationToken.None);
    }

    private static ReplayOptions Options(int port) => new() { Target = IPAddress.Loopback, Port = port, Rate = 20_000, Seed = 1 };
}
