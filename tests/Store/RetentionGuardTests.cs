using Mayday.Store.Crashes;
using Mayday.Store.Retention;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

public sealed class RetentionGuardTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SteppedClock _clock = new() { Wall = s_start };
    private PostgresFixture _postgres = null!;
    private bool? _synchronised = true;

    public async ValueTask InitializeAsync() => _postgres = await PostgresFixture.CreateAsync();

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task BeginRound_EmptyDatabase_IsTrusted() => Assert.False((await Start().BeginRoundAsync(default)).IsHeld);

    [Fact]
    public async Task BeginRound_DataButNoLastMaintenance_IsHeld()
    {
        await new CrashWriter(_postgres.Source, TimeProvider.System).WriteAsync([Some.Dump("10.7.1.1", crashes: Some.Crash("held", 1))], default);
        Assert.True((await Start().BeginRoundAsync(default)).IsHeld);
    }

    [Fact]
    public async Task BeginRound_OneStartAheadThenRightAgain_IsHeldThenTrusted()
    {
        await Start().BeginRoundAsync(default);
        _clock.Wall = s_start.AddDays(100);
        Assert.True((await Start().BeginRoundAsync(default)).IsHeld);

        _clock.Wall = s_start.AddHours(1);
        var again = await Start().BeginRoundAsync(default);
        Assert.False(again.IsHeld);
        Assert.Equal(_clock.Wall, again.LastAt);
    }

    [Fact]
    public async Task BeginRound_ClockBeforeLastMaintenance_IsHeld()
    {
        await Start().BeginRoundAsync(default);
        _clock.Wall = s_start.AddDays(-1);
        var state = await Start().BeginRoundAsync(default);
        Assert.True(state.IsHeld);
        Assert.Equal(s_start, state.LastAt);
    }

    [Fact]
    public async Task BeginRound_OffForThreeDays_IsTrustedAfterADayOfRunningOverRestarts()
    {
        await Start().BeginRoundAsync(default);
        _clock.Wall = s_start.AddDays(3);
        var guard = Start();
        await guard.BeginRoundAsync(default);
        await RunHoursAsync(guard, 12);

        // Ten hours switched off are no running time.
        _clock.Wall += TimeSpan.FromHours(10);
        guard = Start();
        Assert.Equal(TimeSpan.FromHours(12), (await guard.BeginRoundAsync(default)).Steady);
        Assert.True((await RunHoursAsync(guard, 11)).IsHeld);
        Assert.False((await RunHoursAsync(guard, 1)).IsHeld);
    }

    [Fact]
    public async Task BeginRound_SteadyButNotSynchronised_StaysHeld()
    {
        await Start().BeginRoundAsync(default);
        _clock.Wall = s_start.AddDays(100);
        _synchronised = false;
        var guard = Start();
        await guard.BeginRoundAsync(default);
        Assert.True((await RunHoursAsync(guard, 30)).IsHeld);
        _synchronised = true;
        Assert.False((await RunHoursAsync(guard, 1)).IsHeld);
    }

    [Fact]
    public async Task BeginRound_ClockJumpsWhileHeld_CountsAnew()
    {
        await Start().BeginRoundAsync(default);
        _clock.Wall = s_start.AddDays(100);
        var guard = Start();
        await guard.BeginRoundAsync(default);
        await RunHoursAsync(guard, 20);
        _clock.Wall += TimeSpan.FromHours(5);
        Assert.Equal(TimeSpan.Zero, (await RunHoursAsync(guard, 1)).Steady);
    }

    [Fact]
    public async Task BeginRound_TwoCollectorsHeld_CountAnHourOnce()
    {
        await Start().BeginRoundAsync(default);
        _clock.Wall = s_start.AddDays(3);
        RetentionGuard one = Start(), other = Start();
        await one.BeginRoundAsync(default);
        await other.BeginRoundAsync(default);
        await RunHoursAsync(one, 1);
        Assert.Equal(TimeSpan.FromHours(1), (await other.BeginRoundAsync(default)).Steady);
    }

    [Fact]
    public async Task BeginRound_AnotherCollectorContradicts_NeverBecomesSteady()
    {
        var right = Start();
        await right.BeginRoundAsync(default);
        var wrongClock = new SteppedClock { Wall = s_start.AddDays(100) };
        var wrong = new RetentionGuard(_postgres.Source, wrongClock, () => null);
        for (var hour = 0; hour < 30; hour++)
        {
            Assert.True((await wrong.BeginRoundAsync(default)).IsHeld);
            wrongClock.Run(TimeSpan.FromHours(1));
            Assert.False((await RunHoursAsync(right, 1)).IsHeld);
        }
    }

    [Fact]
    public async Task Trust_WhileHeld_EndsIt()
    {
        await Start().BeginRoundAsync(default);
        _clock.Wall = s_start.AddDays(3);
        Assert.NotNull((await Start().BeginRoundAsync(default)).Notice);
        await Start().TrustAsync(default);
        Assert.Null((await Start().ReadAsync(default)).Notice);
        Assert.False((await Start().BeginRoundAsync(default)).IsHeld);
    }

    private RetentionGuard Start() => new(_postgres.Source, _clock, () => _synchronised);

    private async Task<RetentionState> RunHoursAsync(RetentionGuard guard, int hours)
    {
        var state = new RetentionState(null, null, TimeSpan.Zero);
        for (var hour = 0; hour < hours; hour++)
        {
            _clock.Run(TimeSpan.FromHours(1));
            state = await guard.BeginRoundAsync(default);
        }

        return state;
    }

    /// <summary>The time of day can be set without time passing.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private long _ticks;

        public DateTimeOffset Wall { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => _ticks;

        public void Run(TimeSpan span)
        {
            Wall += span;
            _ticks += span.Ticks;
        }
    }
}
