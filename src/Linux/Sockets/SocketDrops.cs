namespace Mayday.Linux.Sockets;

/// <summary>The kernel's own count of what it dropped on a socket because the receive buffer was full.</summary>
public static class SocketDrops
{
    // struct sk_meminfo: the ninth word counts drops.
    private const int Words = 9;
    private const int Drops = 8;

    /// <summary>The counter as it stands, also when nothing arrives any more; false on kernels before 4.12.</summary>
    public static bool TryRead(int socket, out uint drops)
    {
        Span<uint> words = stackalloc uint[Words];
        var length = Words * sizeof(uint);
        if (SocketCalls.GetOption(socket, SocketOptions.Level, SocketOptions.Memory, words, ref length) == 0 && length == Words * sizeof(uint))
        {
            drops = words[Drops];
            return true;
        }

        drops = 0;
        return false;
    }
}
