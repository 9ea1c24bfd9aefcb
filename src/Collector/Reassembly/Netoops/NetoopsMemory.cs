using System.Buffers.Binary;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>What the journal keeps of a finished dump: enough to distinguish its late rounds from a new dump.</summary>
internal readonly record struct NetoopsMemory(ulong Seed, int PacketCount, byte[] Prefix, (int Number, ulong Hash)[] Hashes)
{
    private const int HeaderLength = sizeof(ulong) + 3 * sizeof(int);
    private const int HashLength = sizeof(int) + sizeof(ulong);

    public static byte[] Write(in NetoopsMemory memory)
    {
        var bytes = new byte[HeaderLength + memory.Prefix.Length + memory.Hashes.Length * HashLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, memory.Seed);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), memory.PacketCount);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), memory.Prefix.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), memory.Hashes.Length);
        memory.Prefix.CopyTo(bytes.AsSpan(HeaderLength));
        var at = HeaderLength + memory.Prefix.Length;
        foreach (var (number, hash) in memory.Hashes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), number);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at + sizeof(int)), hash);
            at += HashLength;
        }

        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out NetoopsMemory memory)
    {
        memory = default;
        if (bytes.Length < HeaderLength)
        {
            return false;
        }

        var packets = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        long prefix = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        long hashes = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        if (packets <= 0 || prefix < LeastPrefix || hashes < 0 || hashes > packets || HeaderLength + prefix + hashes * HashLength != bytes.Length)
        {
            return false;
        }

        var list = new (int, ulong)[hashes];
        var rest = bytes[(HeaderLength + (int)prefix)..];
        for (var i = 0; i < list.Length; i++, rest = rest[HashLength..])
        {
            list[i] = (BinaryPrimitives.ReadInt32LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[sizeof(int)..]));
            if ((uint)list[i].Item1 >= (uint)packets)
            {
                return false;
            }
        }

        memory = new NetoopsMemory(BinaryPrimitives.ReadUInt64LittleEndian(bytes), packets, bytes.Slice(HeaderLength, (int)prefix).ToArray(), list);
        return true;
    }

    // The part that every layout has, including the packet number.
    private const int LeastPrefix = 20;
}
