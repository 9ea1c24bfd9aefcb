using Mayday.Agent.Tests;
using Mayday.Simulation.Links;

namespace Mayday.Simulation.Tests;

public sealed class DatagramPacerTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(250_000)]
    public async Task WaitAsync_OverASecond_KeepsItsRate(int rate)
    {
        var clock = new JumpingClock();
        var pacer = new DatagramPacer(rate, clock);

        for (var datagram = 0; datagram <= rate; datagram++)
        {
            await pacer.WaitAsync(CancellationToken.None);
        }

        // The last millisecond's datagrams leave together, ahead of their time.
        Assert.InRange(clock.GetElapsedTime(0).TotalSeconds, 0.998, 1.001);
    }

    [Fact]
    public async Task WaitAsync_WithoutRate_NeverWaits()
    {
        var clock = new JumpingClock();
        var pacer = new DatagramPacer(0, clock);

        for (var datagram = 0; datagram < 1000; datagram++)
        {
            await pacer.WaitAsync(CancellationToken.None);
        }

        Assert.Equal(0, clock.Waits);
    }

    [Fact]
    public async Task WaitAsync_AfterAStall_DoesNotBurst()
    {
        var clock = new JumpingClock();
        var pacer = new DatagramPacer(1000, clock);
        await pacer.WaitAsync(CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(10));
        var stalled = clock.GetTimestamp();

        for (var datagram = 0; datagram < 1000; datagram++)
        {
            await pacer.WaitAsync(CancellationToken.None);
        }

        Assert.InRange(clock.GetElapsedTime(stalled).TotalSeconds, 0.98, 1);
    }

    [Fact]
    public async Task WaitAsync_Cancelled_Throws() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new DatagramPacer(0, TimeProvider.System).WaitAsync(new CancellationToken(true)).AsTask());
}
