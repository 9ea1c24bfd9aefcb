using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netoops;

namespace Mayday.System.Tests;

/// <summary>
/// Machines that die one after the other, a few dozen at a time, each with an address of its own, over netoops (three rounds, nothing lost) or
/// extended netconsole, while others chat and send kernel events. Who sent what is remembered.
/// </summary>
internal sealed class DyingFleet : IDisposable
{
    private const int AtOnce = 40;
    private const int Chatters = 20;

    // A burst and its pause: some 2,000 datagrams a second, which a socket's buffer holds for seconds while nobody receives.
    private const int Burst = 10;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly EndPoint _netoops;
    private readonly EndPoint _netconsole;
    private readonly Machine _events;
    private readonly Random _random;
    private readonly Func<bool> _hasRoom;
    private readonly List<Machine> _dying = [];
    private readonly List<Machine> _chatters = [];
    private readonly CancellationTokenSource _enough = new();
    private int _born;

    public DyingFleet(EndPoint netoops, EndPoint netconsole, EndPoint evlog, int seed, Func<bool> hasRoom)
    {
        (_netoops, _netconsole, _random) = (netoops, netconsole, new Random(seed));
        _hasRoom = hasRoom;
        _events = new Machine(Address(203, 1), evlog);
        for (var i = 0; i < Chatters; i++)
        {
            _chatters.Add(new Machine(Address(200, i), _netconsole));
        }
    }

    /// <summary>By sender: its log as one netoops dump, or its lines as one window.</summary>
    public ConcurrentDictionary<string, Death> Sent { get; } = new();

    public long Datagrams { get; private set; }

    /// <summary>Kernel events, numbered from 0 in the place of the process that they were of.</summary>
    public int Events { get; private set; }

    /// <summary>Machines die until <see cref="End"/>; then those that began finish.</summary>
    public async Task RunAsync()
    {
        using var pace = new PeriodicTimer(s_pause);
        while (!_enough.IsCancellationRequested || _dying.Count > 0)
        {
            // What arrives while nobody receives waits in the sockets; where a process takes seconds to start they would overflow, which is not what is tried here.
            if (!_hasRoom())
            {
                await pace.WaitForNextTickAsync();
                continue;
            }

            while (_dying.Count < AtOnce && !_enough.IsCancellationRequested)
            {
                _dying.Add(Bear());
            }

            for (var i = 0; i < Burst && _dying.Count > 0; i++)
            {
                var machine = _dying[_random.Next(_dying.Count)];
                Datagrams++;
                if (!machine.SendNext())
                {
                    _dying.Remove(machine);
                    machine.Dispose();
                }
            }

            var chatter = _chatters[_random.Next(_chatters.Count)];
            chatter.Datagrams.Enqueue(Record(chatter.NextSequence++, "usb 1-1: new high-speed USB device number 2 using xhci_hcd"));
            chatter.SendNext();
            _events.Datagrams.Enqueue([.. Enumerable.Range(0, _random.Next(1, 4)).SelectMany(_ => Event(Events++))]);
            _events.SendNext();
            await pace.WaitForNextTickAsync();
        }
    }

    public void End() => _enough.Cancel();

    public void Dispose()
    {
        _events.Dispose();
        _chatters.ForEach(machine => machine.Dispose());
        _dying.ForEach(machine => machine.Dispose());
        _enough.Dispose();
    }

    private static IPAddress Address(int net, int number) => new([127, (byte)net, (byte)(number >> 8), (byte)number]);

    private static byte[] Record(long sequence, string text) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"6,{sequence},{sequence * 1000},-;{text}\n"));

    private static byte[] Event(int number)
    {
        var body = PrintfPacker.Pack("port %d is down"u8, [PrintfValue.Of(number)], 8, false, out _);
        var frame = new byte[EvlogWriter.FrameLength(EvlogLayout.Netlink, body.Length)];
        EvlogWriter.WriteFrame(
            new EvlogHeader { Facility = "test", Severity = Severity.Error, Format = EvlogFormat.Printf, Flags = EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc, Pid = number },
            body, EvlogLayout.Netlink, false, frame);
        return frame;
    }

    // Each dies of a bug of its own, so that every body is kept.
    private Machine Bear()
    {
        var number = _born++;
        var isNetoops = number % 2 == 0;
        var address = Address(isNetoops ? 201 : 202, number);
        string[] lines =
        [
            .. Enumerable.Range(0, _random.Next(5, 40)).Select(i => string.Create(CultureInfo.InvariantCulture, $"eth0: machine {number} line {i}")),
            "BUG: kernel NULL pointer dereference, address: 0000000000000018",
            "Oops: 0000 [#1] PREEMPT SMP NOPTI",
            "CPU: 0 PID: 125 Comm: nginx Not tainted 6.1.0-56-amd64 #1",
            string.Create(CultureInfo.InvariantCulture, $"RIP: 0010:driver_{number}_read+0x5/0x20"),
            "Call Trace:",
            " <TASK>",
            string.Create(CultureInfo.InvariantCulture, $" driver_{number}_call+0x2a/0x90"),
            " </TASK>",
            "---[ end trace 0000000000000000 ]---",
            "Kernel panic - not syncing: Fatal exception",
            "---[ end Kernel panic - not syncing: Fatal exception ]---",
        ];
        var machine = new Machine(address, isNetoops ? _netoops : _netconsole);
        if (isNetoops)
        {
            var log = Encoding.ASCII.GetBytes(string.Concat(lines.Select((line, i) => string.Create(CultureInfo.InvariantCulture, $"<4>[{i,5}.000000] {line}\n"))));
            var writer = new NetoopsWriter(
                new NetoopsDumpHeader { DumpId = (ushort)number, BootId = (uint)number + 1, KernelRelease = "6.1.0-56-amd64"u8.ToArray() }, log);
            for (var round = 0; round < 3; round++)
            {
                for (var packet = 0; packet < writer.PacketCount; packet++)
                {
                    var datagram = new byte[writer.PacketLength];
                    writer.Write(packet, datagram);
                    machine.Datagrams.Enqueue(datagram);
                }
            }

            Sent[address.ToString()] = new Death(writer.PacketCount, log.Length);
        }
        else
        {
            for (var i = 0; i < lines.Length; i++)
            {
                machine.Datagrams.Enqueue(Record(1_000 + i, lines[i]));
            }

            Sent[address.ToString()] = new Death(lines.Length, null);
        }

        return machine;
    }

    /// <summary>Packets of the dump or lines of the window; bytes of the log where they are known beforehand.</summary>
    internal sealed record Death(int Parts, int? LogBytes);

    private sealed class Machine : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly EndPoint _target;

        public Machine(IPAddress address, EndPoint target)
        {
            _target = target;
            _socket.Bind(new IPEndPoint(address, 0));
        }

        public Queue<byte[]> Datagrams { get; } = new();

        public long NextSequence { get; set; } = 1;

        /// <summary>Sends one; false when it was the last.</summary>
        public bool SendNext()
        {
            _socket.SendTo(Datagrams.Dequeue(), _target);
            return Datagrams.Count > 0;
        }

        public void Dispose() => _socket.Dispose();
    }
}
