using System.Net;
using System.Net.Sockets;

namespace Mayday.Simulation.Load;

/// <summary>The sockets of a load. Towards loopback one socket is enough, because each datagram sets its source address. Elsewhere each
/// machine has its own socket and so its own port.</summary>
internal sealed class LoadSockets : IDisposable
{
    private const int IpProtocol = 0;
    private const int IpReceiveErrors = 11;
    private const int IpMtuDiscover = 10;

    private readonly IPAddress _target;
    private readonly List<Socket> _sockets = [];

    public LoadSockets(IPAddress target)
    {
        _target = target;
        HasSources = target.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(target);
    }

    /// <summary>True when one socket sends for all machines.</summary>
    public bool HasSources { get; }

    /// <summary>The socket of one more machine.</summary>
    /// <exception cref="SocketException">There are no more.</exception>
    public nint Open()
    {
        if (!HasSources || _sockets.Count == 0)
        {
            var socket = new Socket(_target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            _sockets.Add(socket);
            socket.Bind(new IPEndPoint(_target.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));

            if (_target.AddressFamily == AddressFamily.InterNetwork)
            {
                // Without this option an unconnected socket is never told that nothing listens.
                socket.SetRawSocketOption(IpProtocol, IpReceiveErrors, [1, 0, 0, 0]);

                // Never fragmented (IP_PMTUDISC_DO), so the kernel does not generate an IP identification, which is a tenth of the cost of
                // a datagram.
                socket.SetRawSocketOption(IpProtocol, IpMtuDiscover, [2, 0, 0, 0]);
            }
        }

        return _sockets[^1].Handle;
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _sockets.Clear();
    }
}
