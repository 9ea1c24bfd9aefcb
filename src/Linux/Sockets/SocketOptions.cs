namespace Mayday.Linux.Sockets;

/// <summary>Numbers of Linux' socket options that .NET has no names for: <c>socket(7)</c>, asm-generic/socket.h.</summary>
public static class SocketOptions
{
    /// <summary>SOL_SOCKET: the level of all of them.</summary>
    public const int Level = 1;

    public const int ReceiveBuffer = 8;
    public const int ReusePort = 15;
    public const int PassCredentials = 16;

    /// <summary>A receive buffer past <c>net.core.rmem_max</c>, for those who may (CAP_NET_ADMIN).</summary>
    public const int ReceiveBufferForce = 33;

    /// <summary>The kernel says with each datagram when it arrived.</summary>
    public const int TimestampNanoseconds = 35;

    /// <summary>The kernel says with a datagram how many it has dropped on this socket.</summary>
    public const int ReceiveQueueOverflow = 40;

    public const int Memory = 55;

    /// <summary>The kernel's number of a socket, which no other has until the machine starts again.</summary>
    public const int Cookie = 57;
}
