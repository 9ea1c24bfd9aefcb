namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>Which bytes of a record have arrived: sorted, merged, half-open ranges.</summary>
internal sealed class RangeMap
{
    private readonly List<(int Start, int End)> _ranges = new(2);

    public int Covered { get; private set; }

    public IReadOnlyList<(int Start, int End)> Ranges => _ranges;

    /// <summary>Adds a range; false when all of its bytes had already arrived.</summary>
    public bool Add(int start, int end)
    {
        var at = 0;
        while (at < _ranges.Count && _ranges[at].End < start)
        {
            at++;
        }

        if (at < _ranges.Count && _ranges[at].Start <= start && _ranges[at].End >= end)
        {
            return false;
        }

        var last = at;
        while (last < _ranges.Count && _ranges[last].Start <= end)
        {
            start = Math.Min(start, _ranges[last].Start);
            end = Math.Max(end, _ranges[last].End);
            Covered -= _ranges[last].End - _ranges[last].Start;
            last++;
        }

        _ranges.RemoveRange(at, last - at);
        _ranges.Insert(at, (start, end));
        Covered += end - start;
        return true;
    }
}
