namespace Mayday.Collector.Tests;

/// <summary>A clock that the test moves; it begins now.</summary>
internal sealed class TestClock : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.UtcNow;
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan by)
    {
        _now += by;
        _ticks += by.Ticks;
    }

    /// <summary>Sets the time of day; no time passes.</summary>
    public void AdjustTime(DateTimeOffset now) => _now = now;
}
