namespace Mayday.Protocol.Netoops;

/// <summary>A kernel log as the netoops datagrams of one dump.</summary>
public static class NetoopsDatagrams
{
    /// <summary>Splits a log into all datagrams of a dump, in sending order: every packet, newest text first, the whole set once per
    /// round.</summary>
    /// <param name="header">The fields that every packet repeats.</param>
    /// <param name="log">The log, oldest byte first.</param>
    /// <param name="rounds">How often the set is sent. Three, as the kernel does, so that a packet is lost only when all three copies
    /// are.</param>
    /// <returns>Datagrams, each in memory of its own; none for an empty log.</returns>
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
