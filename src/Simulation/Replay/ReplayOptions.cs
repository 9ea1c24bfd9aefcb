using System.Net;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Replay;

/// <summary>How files are replayed.</summary>
public sealed record ReplayOptions
{
    /// <summary>
    /// Most hosts simulated at once: each holds a socket, and the ports of one address to another end at 28,232 (Linux's default range).
    /// </summary>
    public const int MaxHosts = 20_000;

    /// <summary>Longest host name: <c>host=</c> and it must fit the 128 bytes of a netoops user blob, and 63 is DNS's limit for a label.</summary>
    public const int MaxHostNameLength = 63;

    /// <summary>Where to send.</summary>
    public required IPAddress Target { get; init; }

    /// <summary>Port to send to; null for each format's own.</summary>
    public int? Port { get; init; }

    /// <summary>As what to send.</summary>
    public ReplayFormat Format { get; init; }

    /// <summary>Name in the user data; with several hosts, what their names begin with. Empty: none with one host, else "host".</summary>
    public string HostName { get; init; } = "";

    /// <summary>Simulated machines. Each has a source port of its own and, towards loopback, an address of its own.</summary>
    public int Hosts { get; init; } = 1;

    /// <summary>Datagrams a second over all hosts; 0 for as fast as possible.</summary>
    public double Rate { get; init; } = DatagramPacer.DefaultRate;

    /// <summary>The simulated network.</summary>
    public Impairment Impairment { get; init; }

    /// <summary>Decides boot ids, dump ids and what the network does: the same seed sends the same datagrams in the same order.</summary>
    public int Seed { get; init; }

    /// <summary>Kernel release stated in netoops packets; empty to take the one the log prints.</summary>
    public string KernelRelease { get; init; } = "";
}
