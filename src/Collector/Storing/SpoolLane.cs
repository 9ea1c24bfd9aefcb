using System.Globalization;
using Mayday.Collector.Storing.Dumps;

namespace Mayday.Collector.Storing;

/// <summary>The segments with dumps of one worth, oldest first. Not thread-safe.</summary>
internal sealed class SpoolLane(string folder, DumpWorth worth)
{
    public const string Extension = ".spool";

    private readonly LinkedList<SpoolSegment> _segments = new();
    private SpoolSegment? _writing;

    public DumpWorth Worth => worth;

    public SpoolSegment? First => _segments.First?.Value;

    /// <summary>The segment to delete when room is needed: older ones show the first cause.</summary>
    public SpoolSegment? Newest => _segments.Last?.Value;

    public bool HasMoreThanOne => _segments.Count > 1;

    /// <summary>Reads the worth from a file's name, <c>000000000012-repeat.spool</c>. A name without a worth means the highest, as in files
    /// of versions without lanes. False for a file that is not a segment.</summary>
    public static bool TryReadName(string path, out long number, out DumpWorth worth)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        worth = DumpWorth.NewBug;
        return long.TryParse(dash < 0 ? name : name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && (dash < 0 || (Enum.TryParse(name[(dash + 1)..], ignoreCase: true, out worth) && Enum.IsDefined(worth)));
    }

    public void Found(SpoolSegment segment) => _segments.AddLast(segment);

    /// <summary>Appends dumps, in a new segment when the last is full. Throws the disk's exceptions; the lane then holds what it held
    /// before.</summary>
    public long Append(IReadOnlyList<byte[]> payloads, long segmentBytes, ref long lastNumber)
    {
        if (_writing is null || _writing.Length >= segmentBytes)
        {
            // Numbers only grow, across lanes and restarts.
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
                // Not even the header could be written.
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
            // The next start finds and ignores the empty file.
        }
    }
}
