namespace Mayday.Collector.Tests;

/// <summary>A clock that the test moves; it begins now.</summary>
internal sealed class TestClock : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
