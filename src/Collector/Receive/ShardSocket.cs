using System.Net.Sockets;

namespace Mayday.Collector.Receive;

/// <summary>One port's socket of one shard, with the drops that the kernel counted on it.</summary>
internal sealed class ShardSocket(Socket socket) : IDisposable
{
    // A socket that was handed over has counted before; that was told by the process that had it.
    private uint _dropsSeen = LinuxReceive.IsSupported && LinuxReceive.TryReadDrops((int)socket.Handle, out var before) ? before : 0;
    private long _drops;

    public Socket Socket { get; } = socket;

    public int Handle { get; } = (int)socket.Handle;

    public long Drops => _drops;

    public int Receive(LinuxReceive receive) => receive.Receive(Handle, ref _dropsSeen, ref _drops);

    /// <summary>Asks for drops that no later datagram has told of.</summary>
    public void ReadDrops()
    {
        if (LinuxReceive.TryReadDrops(Handle, out var total))
        {
            _drops += total - _dropsSeen;
            _dropsSeen = total;
        }
    }

    public void Dispose() => Socket.Dispose();
}
