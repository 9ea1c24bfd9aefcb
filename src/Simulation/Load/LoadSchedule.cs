namespace Mayday.Simulation.Load;

/// <summary>How many items of one kind are due: evenly over time, with a start and an exact end.</summary>
internal sealed class LoadSchedule
{
    // As fast as possible: this many items between two readings of the clock.
    private const int FlatOut = 1024;

    // After a stall the rate is at most doubled to catch up, because pacing exists to prevent bursts.
    private const double CatchUp = 2;
    private static readonly TimeSpan s_longestStep = TimeSpan.FromMilliseconds(10);

    private readonly double _rate;
    private readonly long _total;
    private readonly TimeSpan _duration;
    private long _planned;

    /// <summary>Creates a schedule.</summary>
    /// <param name="rate">Per second; 0 for as fast as possible, negative for none.</param>
    /// <param name="total">Total number; 0 for as many as the duration holds.</param>
    /// <param name="duration">When it ends, without a total or a rate.</param>
    public LoadSchedule(double rate, long total, TimeSpan duration)
    {
        _rate = rate;
        _duration = duration;
        _total = rate < 0 ? 0 : total > 0 ? total : rate > 0 ? (long)Math.Round(rate * duration.TotalSeconds) : long.MaxValue;
        IsOver = _total == 0;
    }

    public bool IsOver { get; private set; }

    public bool IsPaced => _rate > 0;

    public TimeSpan MostBehind { get; private set; }

    /// <summary>Returns how many items are due now, and counts them as done.</summary>
    /// <param name="elapsed">Since the start.</param>
    /// <param name="step">Since the last call.</param>
    public int Due(TimeSpan elapsed, TimeSpan step)
    {
        if (IsOver)
        {
            return 0;
        }

        long due = FlatOut;
        if (_rate > 0)
        {
            var behind = _rate * elapsed.TotalSeconds - _planned;
            if (behind > _rate * MostBehind.TotalSeconds)
            {
                MostBehind = TimeSpan.FromSeconds(behind / _rate);
            }

            due = (long)Math.Min(behind, Math.Max(1, CatchUp * _rate * (step < s_longestStep ? step : s_longestStep).TotalSeconds));
        }
        else if (elapsed >= _duration && _total == long.MaxValue)
        {
            due = 0;
            IsOver = true;
        }

        due = Math.Clamp(due, 0, _total - _planned);
        _planned += due;
        IsOver |= _planned == _total;
        return (int)due;
    }
}
