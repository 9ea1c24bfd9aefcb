using System.Net;
using System.Net.Sockets;

namespace Mayday.Simulation.Replay;

/// <summary>The sockets of one simulated machine: one for each stream, from the machine's own address where it can have one.</summary>
internal sealed class HostSender(IPAddress source, IPAddress target, Func<int, int> portOf) : IDisposable
{
    private readonly Dictionary<int, Socket> _sockets = [];

    public IPAddress Source => source;

    public long Refused { get; private set; }

    public void Send(int stream, byte[] datagram)
    {
        var socket = _sockets.TryGetValue(stream, out var known) ? known : Open(stream);
        try
        {
            socket.Send(datagram);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // The error belongs to the previous datagram; this one has not been sent yet. A second refusal in a row is its own.
            Refused++;
            try
            {
                socket.Send(datagram);
            }
            catch (SocketException again) when (again.SocketErrorCode == SocketError.ConnectionRefused)
            {
                Refused++;
            }
        }
    }

    /// <summary>Closes the streams of a file: the next file is another stream, and the last refusal is read from the socket.</summary>
    public void CloseStreams()
    {
        foreach (var socket in _sockets.Values)
        {
            if (socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error && error != 0)
            {
                Refused++;
            }

            socket.Dispose();
        }

        _sockets.Clear();
    }

    public void Dispose() => CloseStreams();

    private Socket Open(int stream)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(source, 0));
            socket.Connect(new IPEndPoint(target, portOf(stream)));
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _sockets.Add(stream, socket);
        return socket;
    }
}
