using System.Globalization;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Storing.Dumps;

/// <summary>Dumps on disk while Postgres is away: segment files, bounded in bytes and age, found again at the next start and read back in
/// the order of arrival. When the budget or the disk is full, the least valuable dumps are dropped first (without a crash, then repeats of
/// a known bug, then new bugs). Among equals the newest are dropped, because the oldest show the first cause. Each drop is counted by its
/// worth. One thread uses the spool; its levels may be read on any thread.</summary>
internal sealed class DumpSpool : IDisposable
{
    private const string AsideFolder = "refused";

    // Dumps that Postgres refuses are kept for a developer; a defect that affects every dump must not fill the disk.
    private const int MostAside = 100;

    private readonly SpoolOptions _options;
    private readonly CollectorCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SpoolLane[] _lanes;
    private readonly KnownSignatures _known = new();
    private readonly FileStream _lock;
    private long _lastNumber;
    private long _lastOrder;
    private long _bytes;
    private long _count;
    private bool _isFull;
    private bool _isBroken;

    private DumpSpool(string directory, SpoolOptions options, CollectorCounters counters, ILogger log, FileStream ownership, TimeProvider time)
    {
        Folder = directory;
        _options = options;
        _counters = counters;
        _time = time;
        _log = log;
        _lock = ownership;
        _lanes = [.. Enum.GetValues<DumpWorth>().Order().Select(worth => new SpoolLane(directory, worth))];
        // Later than anything an earlier process wrote, as long as the clock does not go back.
        _lastOrder = time.GetUtcNow().UtcTicks;
    }

    public string Folder { get; }

    /// <summary>Number of waiting dumps.</summary>
    public long Count => Interlocked.Read(ref _count);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <exception cref="CollectorStartException">The directory cannot be used.</exception>
    public static DumpSpool Open(SpoolOptions options, CollectorCounters counters, ILogger log, TimeProvider? time = null)
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
                $"The spool directory {directory} cannot be written by this user. "
                + "Set Collector:Spool:Directory to one that can, or change its owner.",
                failure);
        }
        catch (IOException failure)
        {
            throw new CollectorStartException(
                $"The spool directory {directory} cannot be used ({failure.Message.TrimEnd('.')}). "
                + "If another collector uses it, give each its own with Collector:Spool:Directory.",
                failure);
        }

        var spool = new DumpSpool(directory, options, counters, log, ownership, time ?? TimeProvider.System);
        spool.FindSegments();
        return spool;
    }

    /// <summary>Dumps that Postgres accepted: further dumps of their bugs are repeats.</summary>
    public void Stored(IReadOnlyList<FinishedDump> dumps)
    {
        foreach (var dump in dumps)
        {
            _known.Remember(dump);
        }
    }

    /// <summary>Keeps dumps. When there is no room the least valuable are dropped and counted.</summary>
    public void Append(IReadOnlyList<FinishedDump> dumps)
    {
        DropExpired();
        var now = _time.GetUtcNow();
        var byWorth = new List<byte[]>[_lanes.Length];
        for (var i = 0; i < byWorth.Length; i++)
        {
            byWorth[i] = [];
        }

        foreach (var dump in dumps)
        {
            byWorth[(int)_known.Judge(dump)].Add(SpooledDump.Write(dump, now, ++_lastOrder));
        }

        // The most valuable dumps come first and may take the room of others.
        for (var worth = byWorth.Length - 1; worth >= 0; worth--)
        {
            Append(_lanes[worth], byWorth[worth]);
        }
    }

    private void Append(SpoolLane lane, List<byte[]> payloads)
    {
        var fitting = 0;
        long bytes = SpoolSegment.HeaderLength;
        while (fitting < payloads.Count)
        {
            var more = payloads[fitting].Length + SpoolSegment.RecordOverhead;
            if (Bytes + bytes + more <= _options.MaxBytes)
            {
                bytes += more;
                fitting++;
            }
            else if (!TryShed(lane.Worth))
            {
                TellFull();
                break;
            }
        }

        if (fitting > 0 && !TryWrite(lane, fitting == payloads.Count ? payloads : payloads[..fitting]))
        {
            fitting = 0;
        }

        _counters.DumpsSpooled(fitting);
        Drop(lane.Worth, payloads.Count - fitting);
    }

    /// <summary>The oldest dumps, at most one batch. Call the result's <see cref="SpoolBatch.Accept"/> when they are stored.</summary>
    public SpoolBatch? Peek(int maxDumps, long maxBytes)
    {
        DropExpired();
        var waiting = new List<(long Order, FinishedDump? Dump, SpoolLane Lane, SpoolSegment Segment, long End, int Bytes)>();
        var horizon = long.MaxValue;
        foreach (var lane in _lanes)
        {
            var last = 0L;
            var records = ReadFirst(lane, maxDumps, maxBytes, out var segment);
            foreach (var (payload, end) in records)
            {
                var dump = SpooledDump.Read(payload, out var order);
                if (dump is null)
                {
                    Damaged(segment!);
                }

                last = dump is null ? last : order;
                waiting.Add((last, dump, lane, segment!, end, payload.Length));
            }

            // This lane has more records after its last one here, and they may be older than those of another lane. No dump may overtake an
            // older one.
            if (records.Count > 0 && (segment!.Replayed + records.Count < segment.Count || lane.HasMoreThanOne))
            {
                horizon = Math.Min(horizon, last);
            }
        }

        // The sort is stable, so records of a lane keep their order.
        var taken = waiting.OrderBy(record => record.Order).TakeWhile(record => record.Order <= horizon).Take(maxDumps).ToList();
        long bytes = 0;
        taken = [.. taken.TakeWhile(record => (bytes += record.Bytes) <= maxBytes || record == taken[0])];
        return taken.Count == 0
            ? null
            : new SpoolBatch([.. taken.Select(record => record.Dump).OfType<FinishedDump>()], () =>
            {
                foreach (var of in taken.GroupBy(record => record.Lane))
                {
                    Advance(of.Key, of.Last().Segment, of.Last().End, of.Count());
                }
            });
    }

    /// <summary>Moves a dump aside that Postgres refuses in any form. Returns null when too many are there already.</summary>
    public string? PutAside(FinishedDump dump)
    {
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(Folder, AsideFolder));
            if (folder.EnumerateFiles().Skip(MostAside - 1).Any())
            {
                return null;
            }

            var segment = new SpoolSegment(Path.Combine(folder.FullName, dump.Id.ToString("N", CultureInfo.InvariantCulture) + SpoolLane.Extension));
            segment.Append([SpooledDump.Write(dump, _time.GetUtcNow())]);
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
        foreach (var path in Directory.EnumerateFiles(Folder, "*" + SpoolLane.Extension).Order(StringComparer.Ordinal))
        {
            if (!SpoolLane.TryReadName(path, out var number, out var worth))
            {
                continue;
            }

            _lastNumber = Math.Max(_lastNumber, number);
            var segment = new SpoolSegment(path) { AgesSince = _time.GetTimestamp() };
            if (!segment.Scan())
            {
                Damaged(segment);
            }

            _lanes[(int)worth].Found(segment);
            _count += segment.Count;
            _bytes += segment.Length;
        }

        if (_count > 0)
        {
            CollectorLog.SpoolFound(_log, _count, _bytes);
        }
    }

    private IReadOnlyList<(byte[] Payload, long End)> ReadFirst(SpoolLane lane, int maxDumps, long maxBytes, out SpoolSegment? segment)
    {
        while ((segment = lane.First) is not null)
        {
            var records = segment.Read(maxDumps, maxBytes);
            if (records.Count > 0)
            {
                return records;
            }

            if (segment.Replayed < segment.Count)
            {
                Damaged(segment);
            }

            Remove(lane, segment);
        }

        return [];
    }

    private bool TryWrite(SpoolLane lane, List<byte[]> payloads)
    {
        while (true)
        {
            try
            {
                Interlocked.Add(ref _bytes, lane.Append(payloads, _options.SegmentBytes, ref _lastNumber));
                lane.Newest!.AgesSince = _time.GetTimestamp();
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

                // On a full disk, too, less valuable dumps are deleted to make room.
                if (!TryShed(lane.Worth))
                {
                    return false;
                }
            }
        }
    }

    // Deletes a segment of the least valuable lane, if it is worth less than the dump that needs the room.
    private bool TryShed(DumpWorth below)
    {
        foreach (var lane in _lanes)
        {
            if (lane.Worth < below && lane.Newest is { } newest)
            {
                TellFull();
                Drop(lane.Worth, newest.Count - newest.Replayed);
                Remove(lane, newest);
                return true;
            }
        }

        return false;
    }

    // Age is time that this process ran, not time of day: a wrong clock must not delete. Each start counts from zero; MaxBytes bounds
    // the spool of a collector that restarts again and again.
    private void DropExpired()
    {
        foreach (var lane in _lanes)
        {
            while (lane.First is { } segment && _time.GetElapsedTime(segment.AgesSince) > _options.MaxAge)
            {
                _counters.SpoolExpired(segment.Count - segment.Replayed);
                CollectorLog.SpoolExpired(_log, segment.Count - segment.Replayed, Path.GetFileName(segment.Path));
                Remove(lane, segment);
            }
        }
    }

    private void Drop(DumpWorth worth, int dumps)
    {
        if (dumps > 0)
        {
            _counters.SpoolDropped(worth, dumps);
        }
    }

    private void TellFull()
    {
        if (!_isFull)
        {
            _isFull = true;
            CollectorLog.SpoolFull(_log, Folder, Bytes);
        }
    }

    private void Advance(SpoolLane lane, SpoolSegment segment, long next, int records)
    {
        segment.Position = next;
        segment.Replayed += records;
        Interlocked.Add(ref _count, -records);
        if (segment.Position >= segment.Length)
        {
            _isFull = false;
            Remove(lane, segment);
        }
    }

    private void Remove(SpoolLane lane, SpoolSegment segment)
    {
        lane.Remove(segment);
        Interlocked.Add(ref _bytes, -segment.Length);
        Interlocked.Add(ref _count, -(segment.Count - segment.Replayed));
        try
        {
            File.Delete(segment.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It will be replayed again at the next start, and the store will recognise it.
            CollectorLog.SpoolFailed(_log, failure, Folder);
        }
    }

    private void Damaged(SpoolSegment segment)
    {
        _counters.SpoolDamaged();
        CollectorLog.SpoolDamaged(_log, Path.GetFileName(segment.Path), segment.Length);
    }
}
