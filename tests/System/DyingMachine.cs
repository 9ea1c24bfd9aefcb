using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mayday.Protocol.Netoops;

namespace Mayday.System.Tests;

/// <summary>
/// One machine that sends its last log as netoops over a bad network: three rounds, of which packets are lost, swapped and doubled by a
/// seeded choice. It remembers which packets left at least once.
/// </summary>
internal sealed class DyingMachine : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly NetoopsWriter _writer;
    private readonly Queue<int> _schedule = new();
    private readonly byte[] _packet;
    private readonly EndPoint _target;

    public DyingMachine(int number, byte[] log, int port, Random random)
    {
        Address = new IPAddress([127, 77, (byte)(number >> 8), (byte)number]);
        Name = string.Create(CultureInfo.InvariantCulture, $"fleet-{number:000}");
        Log = log;
        _target = new IPEndPoint(IPAddress.Loopback, port);
        _socket.Bind(new IPEndPoint(Address, 0));
        _writer = new NetoopsWriter(
            new NetoopsDumpHeader
            {
                DumpId = (ushort)random.Next(1, 65536),
                BootId = (uint)random.Next(1, int.MaxValue),
                KernelRelease = Encoding.ASCII.GetBytes("6.1.0-56-amd64"),
                UserBlob = Encoding.ASCII.GetBytes($"host={Name}"),
            },
            log);
        _packet = new byte[_writer.PacketLength];
        Arrived = new bool[_writer.PacketCount];
        Schedule(random);
    }

    public IPAddress Address { get; }

    public string Name { get; }

    public byte[] Log { get; }

    /// <summary>By packet number: did it leave in some round?</summary>
    public bool[] Arrived { get; }

    public bool IsSilent => !Arrived.Any(arrived => arrived);

    /// <summary>Sends the next datagram; false when there is none left.</summary>
    public bool SendNext()
    {
        if (!_schedule.TryDequeue(out var number))
        {
            return false;
        }

        _writer.Write(number, _packet);
        _socket.SendTo(_packet, _target);
        return true;
    }

    public void Dispose() => _socket.Dispose();

    private void Schedule(Random random)
    {
        var sent = new List<int>();
        for (var round = 0; round < 3; round++)
        {
            for (var number = 0; number < _writer.PacketCount; number++)
            {
                if (random.NextDouble() < 0.2)
                {
                    continue;
                }

                Arrived[number] = true;
                sent.Add(number);
                if (random.NextDouble() < 0.05)
                {
                    sent.Add(number);
                }
            }
        }

        for (var index = 0; index < sent.Count; index++)
        {
            if (random.NextDouble() < 0.1)
            {
                var other = Math.Min(sent.Count - 1, index + random.Next(1, 8));
                (sent[index], sent[other]) = (sent[other], sent[index]);
            }
        }

        sent.ForEach(_schedule.Enqueue);
    }
}
