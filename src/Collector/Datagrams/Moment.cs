namespace Mayday.Collector.Datagrams;

/// <summary>One instant on two clocks, both in microseconds. Deadlines are compared on the monotonic clock only, and displayed times come
/// from the Unix clock only. A step of the machine's clock therefore ends no dump, and the two clocks are never compared.</summary>
public readonly record struct Moment(long Monotonic, long Unix)
{
    public DateTimeOffset Utc => DateTimeOffset.UnixEpoch.AddTicks(Unix * TimeSpan.TicksPerMicrosecond);

    public static Moment Now(TimeProvider time) => new(
        (long)(time.GetTimestamp() * (1_000_000.0 / time.TimestampFrequency)),
        (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    public Moment WithArrival(long unixMicroseconds) => this with { Unix = unixMicroseconds };
}

public static class MomentSpans
{
    public static long ToMicroseconds(this TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
