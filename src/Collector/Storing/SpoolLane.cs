using System.Globalization;
using Mayday.Collector.Storing.Dumps;

namespace Mayday.Collector.Storing;

/// <summary>The segments of one worth, oldest first. Not for several threads.</summary>
internal sealed class SpoolLane(string folder, DumpWorth worth)
{
    public const string Extension = ".spool";

    private readonly LinkedList<SpoolSegment> _segments = new();
    private SpoolSegment? _writing;

    public DumpWorth Worth => worth;

    public SpoolSegment? First => _segments.First?.Value;

    /// <summary>What goes first when room is needed: the older ones tell how it began.</summary>
    public SpoolSegment? Newest => _segments.Last?.Value;

    public bool HasMoreThanOne => _segments.Count > 1;

    /// <summary>
    /// The worth in a file's name, <c>000000000012-repeat.spool</c>; the most there is has none in it, as the files of versions that knew no
    /// difference. False for a file that is no segment.
    /// </summary>
    public static bool TryReadName(string path, out long number, out DumpWorth worth)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        worth = DumpWorth.NewBug;
        return long.TryParse(dash < 0 ? name : name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && (dash < 0 || (Enum.TryParse(name[(dash + 1)..], ignoreCase: true, out worth) && Enum.IsDefined(worth)));
    }

    public void Found(SpoolSegment segment) => _segments.AddLast(segment);

    /// <summary>Appends, in a new segment when the last is full; throws what the disk throws, and then holds nothing more than before.</summary>
    public long Append(IReadOnlyList<byte[]> payloads, long segmentBytes, ref long lastNumber)
    {
        if (_writing is null || _writing.Length >= segmentBytes)
        {
            // Numbers only grow, also over restarts, whatever the lane.
            var suffix = worth == DumpWorth.NewBug ? "" : "-" + worth.ToString().ToLowerInvariant();
            var name = (++lastNumber).ToString("D12", CultureInfo.InvariantCulture) + suffix + Extension;
            _writing = new SpoolSegment(Path.Combine(folder, name));
            _segments.AddLast(_writing);
        }

        var before = _writing.Length;
        try
        {
            _writing.Append(payloads);
        }
        catch
        {
            if (_writing.Length == 0)
            {
                // Not even its first bytes found room.
                _segments.Remove(_writing);
                TryDelete(_writing);
                _writing = null;
            }

            throw;
        }

        return _writing.Length - before;
    }

    public void Remove(SpoolSegment segment)
    {
        if (_writing == segment)
        {
            _writing = null;
        }

        _segments.Remove(segment);
    }

    private static void TryDelete(SpoolSegment segment)
    {
        try
        {
            File.Delete(segment.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // An empty file is found, and forgotten, at the next start.
        }
    }
}
