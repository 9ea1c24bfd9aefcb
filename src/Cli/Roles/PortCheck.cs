using System.Net;
using System.Net.Sockets;
using Mayday.Collector;
using Mayday.Collector.Receive;
using Mayday.Hosting;

namespace Mayday.Cli.Roles;

/// <summary>
/// Tries the ports before anything is created: a start that cannot listen must not have made a database first. The real sockets are opened
/// later and say the same when another program was faster.
/// </summary>
internal static class PortCheck
{
    public static void Udp(CollectorOptions options)
    {
        // systemd holds the ports of the sockets that it hands over.
        if (HandedSockets.Count > 0)
        {
            return;
        }

        var address = IPAddress.Parse(options.ListenAddress);
        ProgramConfiguration.Refuse(
        [
            .. TryUdp(address, options.Netoops.Port, "netoops", "Collector:Netoops:Port"),
            .. TryUdp(address, options.Netconsole.Port, "netconsole", "Collector:Netconsole:Port"),
            .. TryUdp(address, options.Evlog.Port, "evlog", "Collector:Evlog:Port"),
        ]);
    }

    public static void Http(WebListen listen)
    {
        if (listen.Port != 0 && Fault(new IPEndPoint(listen.Address, listen.Port), ProtocolType.Tcp) is { } fault)
        {
            ProgramConfiguration.Refuse(
                [$"cannot listen for HTTP on {listen.Address}:{listen.Port}: {fault} Choose another with {WebListen.Key} (MAYDAY_Web__Listen in the environment) or --http of `mayday up`."]);
        }
    }

    private static IEnumerable<string> TryUdp(IPAddress address, int port, string what, string key) =>
        port > 0 && Fault(new IPEndPoint(address, port), ProtocolType.Udp) is { } fault
            ? [$"cannot listen for {what} on UDP port {port} of {address}: {fault} Choose another port with {key}."]
            : [];

    private static string? Fault(IPEndPoint end, ProtocolType protocol)
    {
        try
        {
            using var socket = new Socket(end.AddressFamily, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
            if (end.AddressFamily == AddressFamily.InterNetworkV6 && end.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(end);
            return null;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another program has the port.",
                SocketError.AddressNotAvailable => "the address is not this machine's.",
                SocketError.AccessDenied => "ports below 1024 need CAP_NET_BIND_SERVICE.",
                // Whatever else: the real socket tells it.
                _ => null,
            };
        }
    }
}
