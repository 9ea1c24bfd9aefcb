using System.Globalization;
using Mayday.Collector.Receive;
using Mayday.Store;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Storing;

/// <summary>
/// Dumps on disk while Postgres is away: segment files in order, bounded in bytes, found again at the next start. When it is full the new
/// dumps are dropped and counted: the oldest are the first causes. One thread uses it; the levels may be read by any.
/// </summary>
internal sealed class DumpSpool : IDisposable
{
    private const string Extension = ".spool";
    private const string AsideFolder = "refused";

    // Dumps that Postgres refuses are for a developer to look at; a defect that hits every dump must not fill the disk.
    private const int MostAside = 100;

    private readonly SpoolOptions _options;
    private readonly CollectorCounters _counters;
    private readonly ILogger _log;
    private readonly LinkedList<SpoolSegment> _segments = new();
    private readonly FileStream _lock;
    private SpoolSegment? _writing;
    private long _lastNumber;
    private long _bytes;
    private long _count;
    private bool _isFull;
    private bool _isBroken;

    private DumpSpool(string directory, SpoolOptions options, CollectorCounters counters, ILogger log, FileStream ownership)
    {
        Folder = directory;
        _options = options;
        _counters = counters;
        _log = log;
        _lock = ownership;
    }

    public string Folder { get; }

    /// <summary>Dumps that wait.</summary>
    public long Count => Interlocked.Read(ref _count);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <exception cref="CollectorStartException">The directory cannot be used.</exception>
    public static DumpSpool Open(SpoolOptions options, CollectorCounters counters, ILogger log)
    {
        var directory = Path.GetFullPath(options.ResolveDirectory());
        FileStream ownership;
        try
        {
            Directory.CreateDirectory(directory);
            ownership = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new CollectorStartException(
                $"The spool directory {directory} cannot be written by this user. Set Collector:Spool:Directory to one that can, or change its owner.", failure);
        }
        catch (IOException failure)
        {
            throw new CollectorStartException(
                $"The spool directory {directory} cannot be used ({failure.Message.TrimEnd('.')}). If another collector uses it, give each its own with Collector:Spool:Directory.", failure);
        }

        var spool = new DumpSpool(directory, options, counters, log, ownership);
        spool.FindSegments();
        return spool;
    }

    /// <summary>Keeps dumps in their order; those that find no room are dropped and counted.</summary>
    public void Append(IReadOnlyList<FinishedDump> dumps)
    {
        var payloads = new List<byte[]>(dumps.Count);
        long bytes = 0;
        foreach (var dump in dumps)
        {
            var payload = SpooledDump.Write(dump);
            if (Bytes + bytes + payload.Length + SpoolSegment.RecordOverhead + SpoolSegment.HeaderLength > _options.MaxBytes)
            {
                break;
            }

            bytes += payload.Length + SpoolSegment.RecordOverhead;
            payloads.Add(payload);
        }

        var refused = dumps.Count - payloads.Count;
        if (payloads.Count > 0 && !TryWrite(payloads))
        {
            refused = dumps.Count;
        }
        else if (refused > 0 && !_isFull)
        {
            _isFull = true;
            CollectorLog.SpoolFull(_log, Folder, Bytes);
        }

        if (refused > 0)
        {
            _counters.SpoolDropped(refused);
        }

        _counters.DumpsSpooled(dumps.Count - refused);
    }

    /// <summary>The oldest dumps, at most a batch; call the result's <see cref="SpoolBatch.Accept"/> when they are stored.</summary>
    public SpoolBatch? Peek(int maxDumps, long maxBytes)
    {
        while (_segments.First is { } node)
        {
            var segment = node.Value;
            var payloads = segment.Read(maxDumps, maxBytes, out var next);
            if (payloads.Count == 0)
            {
                if (segment.Replayed < segment.Count)
                {
                    Damaged(segment);
                }

                Remove(segment);
                continue;
            }

            var dumps = new List<FinishedDump>(payloads.Count);
            foreach (var payload in payloads)
            {
                if (SpooledDump.Read(payload) is { } dump)
                {
                    dumps.Add(dump);
                }
                else
                {
                    Damaged(segment);
                }
            }

            return new SpoolBatch(dumps, () => Advance(segment, next, payloads.Count));
        }

        return null;
    }

    /// <summary>Puts a dump aside that Postgres refuses whatever is left out of it; null when there are too many already.</summary>
    public string? PutAside(FinishedDump dump)
    {
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(Folder, AsideFolder));
            if (folder.EnumerateFiles().Skip(MostAside - 1).Any())
            {
                return null;
            }

            var segment = new SpoolSegment(Path.Combine(folder.FullName, dump.Id.ToString("N", CultureInfo.InvariantCulture) + Extension));
            segment.Append([SpooledDump.Write(dump)]);
            return segment.Path;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            CollectorLog.SpoolFailed(_log, failure, Folder);
            return null;
        }
    }

    public void Dispose() => _lock.Dispose();

    private void FindSegments()
    {
        foreach (var path in Directory.EnumerateFiles(Folder, "*" + Extension).Order(StringComparer.Ordinal))
        {
            if (!long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            _lastNumber = Math.Max(_lastNumber, number);
            var segment = new SpoolSegment(path);
            if (!segment.Scan())
            {
                Damaged(segment);
            }

            _segments.AddLast(segment);
            _count += segment.Count;
            _bytes += segment.Length;
        }

        if (_count > 0)
        {
            CollectorLog.SpoolFound(_log, _count, _bytes);
        }
    }

    private bool TryWrite(List<byte[]> payloads)
    {
        try
        {
            if (_writing is null || _writing.Length >= _options.SegmentBytes)
            {
                // Numbers only grow, also over restarts: their order is the order of the dumps.
                var name = (++_lastNumber).ToString("D12", CultureInfo.InvariantCulture) + Extension;
                _writing = new SpoolSegment(Path.Combine(Folder, name));
                _segments.AddLast(_writing);
            }

            var before = _writing.Length;
            _writing.Append(payloads);
            Interlocked.Add(ref _bytes, _writing.Length - before);
            Interlocked.Add(ref _count, payloads.Count);
            if (_isBroken)
            {
                _isBroken = false;
                CollectorLog.SpoolRecovered(_log, Folder);
            }

            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_isBroken)
            {
                _isBroken = true;
                CollectorLog.SpoolFailed(_log, failure, Folder);
            }

            return false;
        }
    }

    private void Advance(SpoolSegment segment, long next, int records)
    {
        segment.Position = next;
        segment.Replayed += records;
        Interlocked.Add(ref _count, -records);
        if (segment.Position >= segment.Length)
        {
            Remove(segment);
        }
    }

    private void Remove(SpoolSegment segment)
    {
        if (_writing == segment)
        {
            _writing = null;
        }

        _segments.Remove(segment);
        Interlocked.Add(ref _bytes, -segment.Length);
        Interlocked.Add(ref _count, -(segment.Count - segment.Replayed));
        _isFull = false;
        try
        {
            File.Delete(segment.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It will be replayed once more at the next start, and be known to the store.
            CollectorLog.SpoolFailed(_log, failure, Folder);
        }
    }

    private void Damaged(SpoolSegment segment)
    {
        _counters.SpoolDamaged();
        CollectorLog.SpoolDamaged(_log, Path.GetFileName(segment.Path), segment.Length);
    }
}

/// <summary>Dumps that came back from the spool, which forgets them when they are accepted.</summary>
internal sealed class SpoolBatch(IReadOnlyList<FinishedDump> dumps, Action accept)
{
    public IReadOnlyList<FinishedDump> Dumps { get; } = dumps;

    public void Accept() => accept();
}
