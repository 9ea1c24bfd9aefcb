using System.Net;
using System.Net.Sockets;
using Mayday.Linux.Sockets;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Receive;

/// <summary>The bound ports, shown to the user and used by tests. Null where a port is not listened on.</summary>
public sealed record CollectorPorts(int? Netoops, int? Netconsole, int? Evlog)
{
    public NetlinkListen? Netlink { get; init; }
}

/// <summary>Opens every port once a shard, with large buffers, or says plainly why not.</summary>
internal static class ListenerSockets
{
    /// <summary>Opens the configured sockets. Sockets passed by the service manager are used as they are, distributed over the shards in
    /// order.</summary>
    public static (ShardSocket[][] Shards, CollectorPorts Ports) Open(CollectorOptions options, ILogger log, ILookup<string, Socket>? handed = null)
    {
        var shards = SocketLayout.IsKnown ? options.Receive.Shards : 1;
        var sockets = new List<ShardSocket>[shards];
        for (var i = 0; i < shards; i++)
        {
            sockets[i] = [];
        }

        try
        {
            var ports = new CollectorPorts(
                OpenPort("Netoops", options.Netoops.Port, options, sockets, log, handed),
                OpenPort("Netconsole", options.Netconsole.Port, options, sockets, log, handed),
                OpenPort("Evlog", options.Evlog.Port, options, sockets, log, handed));
            if (sockets.All(shard => shard.Count == 0))
            {
                throw new CollectorStartException("No port to listen on: Collector:Netoops:Port, Collector:Netconsole:Port and Collector:Evlog:Port are all -1. Set one.");
            }

            return ([.. sockets.Select(shard => shard.ToArray())], ports);
        }
        catch
        {
            foreach (var socket in sockets.SelectMany(shard => shard))
            {
                socket.Dispose();
            }

            throw;
        }
    }

    private static int? OpenPort(string name, int port, CollectorOptions options, List<ShardSocket>[] shards, ILogger log, ILookup<string, Socket>? handed)
    {
        if (handed?[name].ToArray() is { Length: > 0 } sockets)
        {
            return Adopt(name, sockets, options, shards, log);
        }

        if (port < 0)
        {
            return null;
        }

        var address = IPAddress.Parse(options.ListenAddress);
        if (address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
        {
            address = IPAddress.Any;
        }

        // With SO_REUSEPORT a second collector of the same user could silently take half of the packets. A socket without that option
        // checks first whether the port is free.
        if (shards.Length > 1)
        {
            using var probe = Bind(name, new IPEndPoint(address, port), isShared: false);
            port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        }

        foreach (var shard in shards)
        {
            var socket = new ShardSocket(Bind(name, new IPEndPoint(address, port), isShared: shards.Length > 1));
            shard.Add(socket);
            port = ((IPEndPoint)socket.Socket.LocalEndPoint!).Port;
            Enlarge(name, socket.Socket, options, log, isFirst: shard == shards[0]);
        }

        return port;
    }

    private static int Adopt(string name, Socket[] sockets, CollectorOptions options, List<ShardSocket>[] shards, ILogger log)
    {
        for (var i = 0; i < sockets.Length; i++)
        {
            Prepare(sockets[i]);
            Enlarge(name, sockets[i], options, log, isFirst: i == 0);
            CollectorLog.SocketHandedOver(log, name, (int)sockets[i].Handle, ((IPEndPoint)sockets[i].LocalEndPoint!).Port);
            shards[i % shards.Length].Add(new ShardSocket(sockets[i]));
        }

        return ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
    }

    private static void Prepare(Socket socket)
    {
        if (SocketLayout.IsKnown)
        {
            SetOption(socket, SocketOptions.ReceiveQueueOverflow, 1);
            SetOption(socket, SocketOptions.TimestampNanoseconds, 1);
        }

        socket.Blocking = false;
    }

    private static void Enlarge(string name, Socket socket, CollectorOptions options, ILogger log, bool isFirst)
    {
        var given = Enlarge(socket, options.Receive.SocketBufferBytes);
        if (given < options.Receive.SocketBufferBytes && isFirst)
        {
            CollectorLog.SmallSocketBuffer(log, name, ((IPEndPoint)socket.LocalEndPoint!).Port, given, options.Receive.SocketBufferBytes);
        }
    }

    private static Socket Bind(string name, IPEndPoint endPoint, bool isShared)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any) || endPoint.Address.IsIPv4MappedToIPv6;
            }

            if (isShared)
            {
                SetOption(socket, SocketOptions.ReusePort, 1);
            }

            Prepare(socket);
            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new CollectorStartException(Explain(name, endPoint, failure), failure);
        }
    }

    private static string Explain(string name, IPEndPoint endPoint, SocketException failure)
    {
        var key = $"Collector:{name}:Port";
        return failure.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse =>
                $"UDP port {endPoint.Port} ({key}) is in use by another program. Stop it (`ss -ulpn 'sport = :{endPoint.Port}'` names it) or set {key} to another port.",
            SocketError.AccessDenied =>
                $"UDP port {endPoint.Port} ({key}) may not be opened by this user. Use a port above 1023, or give the program CAP_NET_BIND_SERVICE.",
            SocketError.AddressNotAvailable =>
                $"This machine has no address {endPoint.Address} (Collector:ListenAddress). Use :: to listen everywhere.",
            _ => $"Cannot listen on {endPoint} ({key}): {failure.Message}.",
        };
    }

    // Above the system's limit when the process may (CAP_NET_ADMIN), otherwise up to the limit. The kernel doubles the requested size and
    // reports the doubled size.
    private static int Enlarge(Socket socket, int bytes)
    {
        if (SocketLayout.IsKnown)
        {
            try
            {
                SetOption(socket, SocketOptions.ReceiveBufferForce, bytes);
                return socket.ReceiveBufferSize / 2;
            }
            catch (SocketException)
            {
                // Not allowed: the system's limit applies, and the caller reports that.
            }
        }

        socket.ReceiveBufferSize = bytes;
        return OperatingSystem.IsLinux() ? socket.ReceiveBufferSize / 2 : socket.ReceiveBufferSize;
    }

    private static void SetOption(Socket socket, int option, int value) =>
        socket.SetRawSocketOption(SocketOptions.Level, option, BitConverter.GetBytes(value));
}
