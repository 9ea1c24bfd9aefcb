namespace Mayday.Agent.Forwarding;

/// <summary>Pauses between attempts: they double from a second to a minute, and each is shortened by up to half at random, so that a fleet
/// that lost its collector at one moment does not reconnect at one moment.</summary>
internal sealed class Backoff(Random random)
{
    /// <summary>A collector that is being restarted is back within seconds.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>After an outage of hours a further minute does not matter; 10,000 agents then make at most 170 requests per
    /// second.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private TimeSpan _next = First;

    /// <summary>The next pause.</summary>
    /// <param name="asked">What the collector asked for (Retry-After); null where it did not.</param>
    public TimeSpan Next(TimeSpan? asked = null)
    {
        var pause = _next * (0.5 + random.NextDouble() / 2);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        // A longer value, such as a day, would be a mistake of the clock or of the proxy.
        return asked is { } least && least > pause ? (least < Longest * 10 ? least : Longest * 10) : pause;
    }

    /// <summary>The collector answered.</summary>
    public void Reset() => _next = First;
}
