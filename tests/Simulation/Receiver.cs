using System.Net;
using System.Net.Sockets;

namespace Mayday.Simulation.Tests;

/// <summary>A real socket that keeps everything sent to it.</summary>
internal sealed class Receiver : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 22 };
    private readonly List<(IPEndPoint From, byte[] Payload)> _received = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _receiving;

    public Receiver()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _receiving = ReceiveAsync();
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Waits for as many datagrams as were sent, and fails when they do not come.</summary>
    public async Task<IReadOnlyList<(IPEndPoint From, byte[] Payload)>> TakeAsync(long count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            lock (_received)
            {
                if (_received.Count >= count)
                {
                    return [.. _received];
                }
            }

            await Task.Delay(5, patience.Token);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[65_536];
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                lock (_received)
                {
                    _received.Add(((IPEndPoint)result.RemoteEndPoint, buffer[..result.ReceivedBytes]));
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }
}
