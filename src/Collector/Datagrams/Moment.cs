namespace Mayday.Collector.Datagrams;

/// <summary>
/// One instant on two clocks: deadlines are compared on the monotonic one only, labels are made from the other only, so a step of the
/// machine's clock ends no dump and no comparison mixes them. Both in microseconds.
/// </summary>
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
