using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mayday.Collector.Journal;
using Mayday.Linux.Sockets;

namespace Mayday.Collector.Receive;

/// <summary>One port's socket of one shard, with the drops that the kernel counted on it.</summary>
internal sealed class ShardSocket(Socket socket) : IDisposable
{
    // A socket that was handed over has counted before; that was told by the process that had it.
    private uint _dropsSeen = SocketLayout.IsKnown && SocketDrops.TryRead((int)socket.Handle, out var before) ? before : 0;
    private long _drops;
    private ShardJournal? _journal;
    private int _place;
    private long _cookie;
    private uint _told;

    public Socket Socket { get; } = socket;

    public int Handle { get; } = (int)socket.Handle;

    public long Drops => _drops;

    public int Receive(LinuxReceive receive)
    {
        var count = receive.Receive(Handle, ref _dropsSeen, ref _drops);
        Tell();
        return count;
    }

    /// <summary>Reports drops from the time when no process received: the journal knows what the last process reported for the same
    /// socket.</summary>
    public void GoOnAfter(ShardJournal journal)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        try
        {
            Socket.GetRawSocketOption(SocketOptions.Level, SocketOptions.Cookie, bytes);
        }
        catch (SocketException)
        {
            // On an old kernel the drops of that time remain unknown.
            return;
        }

        _cookie = MemoryMarshal.Read<long>(bytes);
        if (journal.DropsTold(_cookie) is { } told)
        {
            // The kernel's counter wraps at 32 bits.
            _drops += _dropsSeen - told;
        }
    }

    /// <summary>From here on drops are recorded in the journal, at this socket's own place.</summary>
    public void Report(ShardJournal journal, int place)
    {
        if (_cookie != 0)
        {
            (_journal, _place, _told) = (journal, place, _dropsSeen);
            journal.TellDrops(place, _cookie, _dropsSeen);
        }
    }

    /// <summary>Reads drops that no later datagram has reported.</summary>
    public void ReadDrops()
    {
        if (SocketDrops.TryRead(Handle, out var total))
        {
            _drops += total - _dropsSeen;
            _dropsSeen = total;
            Tell();
        }
    }

    private void Tell()
    {
        if (_told != _dropsSeen && _journal is not null)
        {
            _told = _dropsSeen;
            _journal.TellDrops(_place, _cookie, _dropsSeen);
        }
    }

    public void Dispose() => Socket.Dispose();
}
