using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>All dumps of one source whose prefixes are identical apart from the packet number: usually one dump, more when equal prefixes
/// were sent with different text. Tables are keyed by a hash of source and prefix; the prefix itself is compared before a match is
/// accepted.</summary>
internal sealed class NetoopsFamily(ulong key, SourceEndPoint source, byte[] prefix, int packetCount)
{
    private const int NumberOffset = 16;
    private const int NumberEnd = 20;

    public ulong Key { get; } = key;

    public SourceEndPoint Source { get; } = source;

    /// <summary>The prefix with the packet number set to zero.</summary>
    public byte[] Prefix { get; } = prefix;

    public int PacketCount { get; } = packetCount;

    /// <summary>Oldest first.</summary>
    public List<NetoopsAssembly> Generations { get; } = new(1);

    /// <summary>The generation that the last packet belonged to: a sender finishes one dump before it starts the next.</summary>
    public NetoopsAssembly? Current { get; set; }

    public static ulong KeyOf(in SourceEndPoint source, ReadOnlySpan<byte> prefix)
    {
        var hash = ContentHash.Of(prefix[..NumberOffset], source.High ^ ((ulong)source.Port << 32) ^ source.Scope);
        return ContentHash.Of(prefix[NumberEnd..], hash ^ source.Low);
    }

    public bool Has(in SourceEndPoint source, ReadOnlySpan<byte> prefix) =>
        Source == source
        && Prefix.AsSpan(0, NumberOffset).SequenceEqual(prefix[..NumberOffset])
        && Prefix.AsSpan(NumberEnd).SequenceEqual(prefix[NumberEnd..]);

    public static byte[] WithoutNumber(ReadOnlySpan<byte> prefix)
    {
        var copy = prefix.ToArray();
        copy.AsSpan(NumberOffset, NumberEnd - NumberOffset).Clear();
        return copy;
    }
}
