namespace Mayday.Protocol.Netoops;

/// <summary>A kernel log as the netoops datagrams of one dump.</summary>
public static class NetoopsDatagrams
{
    /// <summary>Cuts a log into all datagrams of a dump, in sending order: every packet, newest text first, as many rounds over.</summary>
    /// <param name="header">What every packet states.</param>
    /// <param name="log">The log, oldest byte first.</param>
    /// <param name="rounds">How often the set is sent; three, as the kernel does, so that a packet is lost only when three copies are.</param>
    /// <returns>Datagrams, each in memory of its own; nothing for an empty log.</returns>
    /// <exception cref="ArgumentException">The header does not fit or the log is over 64 MiB.</exception>
    public static IEnumerable<byte[]> Split(NetoopsDumpHeader header, ReadOnlyMemory<byte> log, int rounds = NetoopsFormat.Rounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var writer = new NetoopsWriter(header, log);
        return Write(writer, rounds);
    }

    private static IEnumerable<byte[]> Write(NetoopsWriter writer, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            for (var number = 0; number < writer.PacketCount; number++)
            {
                var datagram = new byte[writer.PacketLength];
                writer.Write(number, datagram);
                yield return datagram;
            }
        }
    }
}
