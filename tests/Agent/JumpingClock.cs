namespace Mayday.Agent.Tests;

/// <summary>A clock that jumps to the end of every wait, so that a paced hour takes no time and is measured exactly.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ticks;

    public int Waits { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);

    public void Advance(TimeSpan time) => _ticks += time.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits++;
        Advance(dueTime);
        // Not from inside this call: the waiting task does not know its timer yet.
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
