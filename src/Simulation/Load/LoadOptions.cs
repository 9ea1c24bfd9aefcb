using System.Net;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Load;

/// <summary>Settings of a load.</summary>
public sealed record LoadOptions
{
    /// <summary>Most machines towards loopback. Each has an address of its own, and 127.1.0.1 to 127.127.255.254 hold eight
    /// million.</summary>
    public const int MaxHosts = 2_000_000;

    /// <summary>Most machines towards another address than loopback, where each needs a socket: the ports of one address end at
    /// 28,232.</summary>
    public const int MaxHostsWithSockets = 20_000;

    /// <summary>Longest line: what fits one netconsole datagram with its header and user data.</summary>
    public const int MaxLineBytes = 900;

    /// <summary>Shortest line: header, name and message id need this much.</summary>
    public const int MinLineBytes = 100;

    /// <summary>The function that the crashes of a signature name. No real kernel has it.</summary>
    /// <param name="signature">From 0; below <see cref="Signatures"/>.</param>
    /// <returns>"load_fault_007".</returns>
    public static string FunctionOf(int signature) => OopsText.FunctionOf(signature);

    /// <summary>Where to send.</summary>
    public IPAddress Target { get; init; } = IPAddress.Loopback;

    /// <summary>Port that dumps go to.</summary>
    public int NetoopsPort { get; init; } = NetoopsFormat.DefaultPort;

    /// <summary>Port that lines go to.</summary>
    public int NetconsolePort { get; init; } = ExtendedPacket.DefaultPort;

    /// <summary>Port that event records go to.</summary>
    public int EvlogPort { get; init; } = EvlogFrame.DefaultPort;

    /// <summary>The protocol of the machines.</summary>
    public LoadFormat Format { get; init; } = LoadFormat.Netconsole;

    /// <summary>Machines.</summary>
    public int Hosts { get; init; } = 1024;

    /// <summary>Prefix of the host names: "load" makes load-000001. Empty: the machines send no name and are identified by
    /// address.</summary>
    public string HostName { get; init; } = "load";

    /// <summary>Lines, or event records, per second over all machines that send netconsole or evlog; 0 for as fast as possible, negative
    /// for none.</summary>
    public double LineRate { get; init; } = -1;

    /// <summary>Bytes of a line's datagram, including header, name and message id.</summary>
    public int LineBytes { get; init; } = 120;

    /// <summary>Lines of one machine in a row.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>Crashes per second over all machines; 0 for as fast as possible, negative for none.</summary>
    public double CrashRate { get; init; } = -1;

    /// <summary>Log bytes of a netoops dump: boot messages, then the report; 0 for the report alone (60 lines, about 5 KiB).</summary>
    public int LogBytes { get; init; }

    /// <summary>Different signatures among the crashes.</summary>
    public int Signatures { get; init; } = 50;

    /// <summary>Times a dump is sent.</summary>
    public int Rounds { get; init; } = NetoopsFormat.Rounds;

    /// <summary>Dumps that are sent at the same time, one packet of each in turn.</summary>
    public int Together { get; init; } = 1;

    /// <summary>How long, unless <see cref="Crashes"/> or <see cref="Lines"/> end it earlier.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Crashes in all; 0 for as many as the duration holds.</summary>
    public long Crashes { get; init; }

    /// <summary>Lines in all; 0 for as many as the duration holds.</summary>
    public long Lines { get; init; }

    /// <summary>Time between two wake-ups of the sender; everything due is sent at once. A longer time makes larger bursts.</summary>
    public TimeSpan Wave { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Number of made-up source addresses that also send lines.</summary>
    public int Strangers { get; init; }

    /// <summary>Lines per second from made-up addresses.</summary>
    public double StrangerRate { get; init; }

    /// <summary>The simulated network between each machine and the receiver.</summary>
    public Impairment Impairment { get; init; }

    /// <summary>Decides the content of crashes and what the network does.</summary>
    public int Seed { get; init; }
}
