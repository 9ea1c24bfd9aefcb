using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Mayday.Collector.Reassembly;

/// <summary>A fast 64-bit hash, for tables and for comparing two packets with the same number. Seeded per process, so that nobody can
/// prepare collisions; never sent, and stored only in the journal.</summary>
internal static class ContentHash
{
    // Odd constants with well-distributed bits. Any others would do, because the fold below does the mixing.
    private const ulong Step = 0x9e37_79b9_7f4a_7c15;
    private const ulong Fold = 0xd6e8_feb8_6659_fd93;

    /// <summary>The seed of this process. Hashes that another process must compare are stored together with their seed.</summary>
    public static ulong Seed { get; } = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong hash = 0) => Of(bytes, hash, Seed);

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong hash, ulong seed)
    {
        hash ^= seed + (ulong)bytes.Length * Step;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            rest |= (ulong)bytes[i] << (8 * i);
        }

        return Mix(hash, rest);
    }

    private static ulong Mix(ulong hash, ulong word)
    {
        var high = Math.BigMul(hash ^ word ^ Step, Fold, out var low);
        return BitOperations.RotateLeft(high ^ low, 29) + word;
    }
}
