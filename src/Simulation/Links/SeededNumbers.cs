namespace Mayday.Simulation.Links;

/// <summary>Pseudo-random numbers that are the same for the same seed on every machine and runtime (SplitMix64, Steele, Lea and Flood
/// 2014). <see cref="Random"/> does not promise that between versions, and a replay must be repeatable by its seed.</summary>
public sealed class SeededNumbers
{
    private ulong _state;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">What the whole run was given.</param>
    /// <param name="stream">Which of its independent sequences this is: one a host, one a purpose.</param>
    public SeededNumbers(int seed, int stream) => _state = Mix(((ulong)(uint)seed << 32) | (uint)stream);

    /// <summary>The next number.</summary>
    /// <returns>Any 64 bits.</returns>
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15UL);

    /// <summary>Returns true with the given probability. Always uses one random number, so that changing one probability does not change
    /// other outcomes.</summary>
    /// <param name="probability">0 never, 1 always.</param>
    /// <returns>True with that probability.</returns>
    public bool Chance(double probability) => (Next() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>A number below a bound.</summary>
    /// <param name="bound">1 or more.</param>
    /// <returns>0..bound-1.</returns>
    public int Below(int bound) => (int)(Next() % (uint)bound);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
