namespace Mayday.Agent.Forwarding;

/// <summary>
/// Pauses between attempts: doubling from a second to a minute, each shortened by up to half at random, so that a fleet which lost its
/// collector at one moment does not come back at one moment.
/// </summary>
internal sealed class Backoff(Random random)
{
    /// <summary>A collector that is being restarted is back within seconds.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>After an outage of hours nobody minds a minute; 10,000 agents are then 170 requests a second at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private TimeSpan _next = First;

    /// <summary>The next pause.</summary>
    /// <param name="asked">What the collector asked for (Retry-After); null where it did not.</param>
    public TimeSpan Next(TimeSpan? asked = null)
    {
        var pause = _next * (0.5 + random.NextDouble() / 2);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        // A day would be a mistake of the clock or of the proxy.
        return asked is { } least && least > pause ? (least < Longest * 10 ? least : Longest * 10) : pause;
    }

    /// <summary>The collector answered.</summary>
    public void Reset() => _next = First;
}
