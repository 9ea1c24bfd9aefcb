using BenchmarkDotNet.Attributes;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;

namespace Mayday.Benchmarks;

/// <summary>What a sender pays per datagram; the sender must not be the bottleneck of a measured load.</summary>
[MemoryDiagnoser]
public class PacketWrite
{
    private readonly byte[] _datagram = new byte[NetoopsFormat.MaxPacketLength];
    private readonly byte[] _message = new byte[1500];
    private NetoopsWriter? _writer;

    [GlobalSetup]
    public void Prepare()
    {
        _writer = new NetoopsWriter(new NetoopsDumpHeader { DumpId = 1, BootId = 2 }, new byte[100_000]);
        _message.AsSpan().Fill((byte)'x');
    }

    [Benchmark]
    public int Netoops() => _writer!.Write(50, _datagram);

    [Benchmark]
    public int ExtendedInTwoFragments()
    {
        Span<byte> header = stackalloc byte[128];
        var writer = new ExtendedWriter(default, header[..ExtendedWriter.WriteHeader(header, 6, 416, 1758426)], _message);
        var sum = 0;
        while (writer.TryWrite(_datagram, out var written))
        {
            sum += written;
        }

        return sum;
    }
}
