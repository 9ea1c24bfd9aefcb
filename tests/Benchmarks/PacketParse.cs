using System.Text;
using BenchmarkDotNet.Attributes;
using Mayday.Protocol;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;

namespace Mayday.Benchmarks;

/// <summary>What one datagram costs from its bytes to a packet, as a receiver does it: classify, parse, key or body. 0 bytes allocated each.</summary>
[MemoryDiagnoser]
public class PacketParse
{
    private readonly byte[] _key = new byte[NetoopsPacket.KeyLength];
    private readonly byte[] _text = new byte[1000];
    private byte[] _netoops = [];
    private byte[] _extended = [];
    private byte[] _fragment = [];
    private byte[] _basic = [];
    private byte[] _malformed = [];

    [GlobalSetup]
    public void Prepare()
    {
        var registers = new byte[NetoopsFormat.Registers64Length];
        registers.AsSpan().Fill(0x5a);
        var header = new NetoopsDumpHeader { DumpId = 1, BootId = 2, KernelRelease = "6.1.0-56-amd64"u8.ToArray(), Registers = registers };
        var writer = new NetoopsWriter(header, new byte[5000]);
        _netoops = new byte[writer.PacketLength];
        writer.Write(1, _netoops);
        _malformed = (byte[])_netoops.Clone();
        _malformed[16] = 0xff;

        var line = "BUG: kernel NULL pointer dereference, address: 0000000000000018";
        _extended = Encoding.ASCII.GetBytes($"6.1.0-56-amd64,1,444,501151268,-,caller=T123;{line}\n SUBSYSTEM=net\n host=web-12\n msgid=77\n");
        _fragment = Encoding.ASCII.GetBytes($"4,442,10312194,-,ncfrag=0/1988;{new string('x', 969)}");
        _basic = Encoding.ASCII.GetBytes($"[   12.345678] {line}\n");
    }

    [Benchmark]
    public int Netoops() => DatagramClassifier.Classify(_netoops) == DatagramFormat.Netoops && NetoopsPacket.TryParse(_netoops, out var packet, out _)
        ? packet.PacketNumber + packet.Data.Length
        : throw new InvalidOperationException();

    [Benchmark]
    public int NetoopsWithKey()
    {
        if (!NetoopsPacket.TryParse(_netoops, out var packet, out _))
        {
            throw new InvalidOperationException();
        }

        packet.ComputeKey(_key);
        return _key[0] + packet.Registers.Count;
    }

    [Benchmark]
    public int NetoopsRefused() =>
        DatagramClassifier.Classify(_malformed) == DatagramFormat.Netoops && !NetoopsPacket.TryParse(_malformed, out _, out var reason)
            ? (int)reason
            : throw new InvalidOperationException();

    [Benchmark]
    public int Extended()
    {
        if (DatagramClassifier.Classify(_extended) != DatagramFormat.NetconsoleExtended || !ExtendedPacket.TryParse(_extended, out var packet, out _))
        {
            throw new InvalidOperationException();
        }

        var body = new MessageBody(packet.Body);
        var sum = body.UnescapeText(_text) + (body.TryGetMessageId(out var id) ? (int)id : 0);
        foreach (var field in body.Fields)
        {
            sum += field.Value.Length;
        }

        return sum;
    }

    [Benchmark]
    public int ExtendedFragment() =>
        DatagramClassifier.Classify(_fragment) == DatagramFormat.NetconsoleExtended && ExtendedPacket.TryParse(_fragment, out var packet, out _)
            ? packet.FragmentOffset + packet.Body.Length
            : throw new InvalidOperationException();

    [Benchmark]
    public int Basic() => (int)DatagramClassifier.Classify(_basic);
}
