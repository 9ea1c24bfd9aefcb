namespace Mayday.Query.Tests;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("2h", 7200)]
    [InlineData("2H", 7200)]
    [InlineData("7d", 604_800)]
    [InlineData("1W", 604_800)]
    [InlineData("45", 45)]
    [InlineData("0s", 0)]
    public void TryReadAge_Lengths_AreTaken(string word, long seconds)
    {
        Assert.True(TimeText.TryReadAge(word, out var age));
        Assert.Equal(seconds, (long)age.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("-2h")]
    [InlineData("2 h")]
    [InlineData("2y")]
    [InlineData("99999999999999999999d")]
    [InlineData("3162240000w")]
    [InlineData("36601d")]
    public void TryReadAge_AnythingElse_IsRefused(string word) => Assert.False(TimeText.TryReadAge(word, out _));

    [Theory]
    [InlineData("2026-11-27", "2026-11-27T00:00:00Z")]
    [InlineData("2026-11-27T10:00", "2026-11-27T10:00:00Z")]
    [InlineData("2026-11-27T10:00+01:00", "2026-11-27T09:00:00Z")]
    [InlineData("2026-11-27 10:00:01Z", "2026-11-27T10:00:01Z")]
    [InlineData("2026-11-27T10:00:01.1234567Z", "2026-11-27T10:00:01.1234567Z")]
    [InlineData("2H", "2026-11-27T10:00:00Z")]
    public void TryReadMoment_Times_AreTaken(string word, string expected)
    {
        Assert.True(TimeText.TryReadMoment(word, Samples.Now, out var time));
        Assert.Equal(expected, TimeText.Write(time));
    }

    [Theory]
    [InlineData("2026")]
    [InlineData("yesterday")]
    [InlineData("27.11.2026")]
    public void TryReadMoment_AnythingElse_IsRefused(string word) => Assert.False(TimeText.TryReadMoment(word, Samples.Now, out _));

    [Fact]
    public void TryReadMoment_LongBeforeTheCalendar_DoesNotThrow()
    {
        Assert.True(TimeText.TryReadMoment("36600d", DateTimeOffset.MinValue.AddDays(1), out var time));
        Assert.Equal(DateTimeOffset.MinValue, time);
    }
}
