using System.Net;

namespace Mayday.Simulation.Links;

/// <summary>Addresses of simulated machines: all of 127.0.0.0/8 is this machine's own, so each may have one, from 127.1.0.1 on.</summary>
internal static class LoopbackSources
{
    // Without .0 and .255, which look like network and broadcast addresses.
    private const int PerNetwork = 254;

    /// <summary>The address of a machine, first byte highest.</summary>
    /// <param name="host">From 0; below 8,258,048.</param>
    public static uint Of(int host) =>
        (127u << 24) | ((uint)(1 + host / PerNetwork / 256) << 16) | ((uint)(host / PerNetwork % 256) << 8) | (uint)(1 + host % PerNetwork);

    public static IPAddress ToAddress(uint source) => new([(byte)(source >> 24), (byte)(source >> 16), (byte)(source >> 8), (byte)source]);
}
