using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mayday.Linux.Files;

namespace Mayday.Collector.Receive;

/// <summary>A bound UDP socket that the service manager keeps and passes to each process.</summary>
internal sealed record HandedSocket(int Descriptor, string Name);

/// <summary>
/// Socket activation, sd_listen_fds(3): descriptors from 3 on, their number in LISTEN_FDS, for the process that LISTEN_PID names, their names in
/// LISTEN_FDNAMES. What arrives while no process runs waits in the socket, so a restart loses nothing.
/// </summary>
public static class HandedSockets
{
    private const int FirstDescriptor = 3;

    private static IReadOnlyList<HandedSocket> s_claimed = [];

    internal static IReadOnlyList<HandedSocket> Claimed => s_claimed;

    /// <summary>How many sockets were passed to this process.</summary>
    public static int Count => s_claimed.Count;

    /// <summary>Takes the sockets passed to this process. Must be called before any child process is started: a child must not inherit the
    /// sockets or think that they are meant for it.</summary>
    public static void Claim()
    {
        var pid = Environment.GetEnvironmentVariable("LISTEN_PID");
        var count = Environment.GetEnvironmentVariable("LISTEN_FDS");
        var names = Environment.GetEnvironmentVariable("LISTEN_FDNAMES");
        foreach (var variable in (string[])["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
        {
            Environment.SetEnvironmentVariable(variable, null);
        }

        s_claimed = Read(pid, count, names, Environment.ProcessId);
        foreach (var socket in s_claimed)
        {
            InheritedDescriptor.KeepFromChildren(socket.Descriptor);
        }
    }

    /// <summary>Reads the three variables. Returns nothing when they are for another process.</summary>
    internal static IReadOnlyList<HandedSocket> Read(string? pid, string? count, string? names, int self)
    {
        if (!int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var addressee) || addressee != self
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var sockets) || sockets is <= 0 or > 1024)
        {
            return [];
        }

        var named = names?.Split(':') ?? [];
        return [.. Enumerable.Range(0, sockets).Select(i => new HandedSocket(FirstDescriptor + i, i < named.Length ? named[i] : ""))];
    }

    /// <summary>Sorts the sockets by purpose: by their name when it is one of ours, otherwise by the port that they are bound to.</summary>
    /// <exception cref="CollectorStartException">One is for nothing that the collector knows.</exception>
    internal static ILookup<string, Socket> Sort(IReadOnlyList<HandedSocket> handed, IReadOnlyDictionary<string, int> ports)
    {
        var sorted = new List<(string Name, Socket Socket)>();
        foreach (var one in handed)
        {
            var socket = Adopt(one);
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            var name = ports.Keys.FirstOrDefault(name => name.Equals(one.Name, StringComparison.OrdinalIgnoreCase))
                ?? ports.FirstOrDefault(pair => pair.Value == port).Key
                ?? throw new CollectorStartException(
                    $"The service manager handed over a socket named '{one.Name}' on UDP port {port}, which is for nothing here. In its .socket unit set FileDescriptorName= to netoops, netconsole or evlog.");
            sorted.Add((name, socket));
        }

        return sorted.ToLookup(pair => pair.Name, pair => pair.Socket);
    }

    private static Socket Adopt(HandedSocket one)
    {
        try
        {
            var socket = new Socket(new SafeSocketHandle(one.Descriptor, ownsHandle: true));
            if (socket is { SocketType: SocketType.Dgram, LocalEndPoint: IPEndPoint })
            {
                return socket;
            }
        }
        catch (SocketException)
        {
            // Not a socket: reported below.
        }

        throw new CollectorStartException(
            $"Descriptor {one.Descriptor} ('{one.Name}') that the service manager handed over is no bound UDP socket. Its .socket unit needs ListenDatagram=.");
    }
}
