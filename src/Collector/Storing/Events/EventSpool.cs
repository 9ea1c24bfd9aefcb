using System.Globalization;
using Mayday.Collector.Storing.Dumps;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Storing.Events;

/// <summary>Batches of events on disk while Postgres is away: segment files in order, bounded in bytes, found again at the next start. Each
/// batch keeps its key, so that a batch that was written after all is counted once. When the spool is full new batches are dropped and
/// counted, because the oldest show the first cause. One thread uses it; its levels may be read on any thread.</summary>
internal sealed class EventSpool
{
    private const string Extension = ".events";

    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly long _segmentBytes;
    private readonly CollectorCounters _counters;
    private readonly ILogger _log;
    private readonly LinkedList<SpoolSegment> _segments = new();
    private SpoolSegment? _writing;
    private long _lastNumber;
    private long _bytes;
    private long _batches;
    private bool _isFull;
    private bool _isBroken;

    private EventSpool(string folder, SpoolOptions options, CollectorCounters counters, ILogger log)
    {
        _folder = folder;
        _maxBytes = options.EventBytes;
        _segmentBytes = Math.Min(options.SegmentBytes, options.EventBytes);
        _counters = counters;
        _log = log;
    }

    public string Folder => _folder;

    public long Bytes => Interlocked.Read(ref _bytes);

    public bool IsEmpty => Interlocked.Read(ref _batches) == 0;

    /// <summary>Opens the folder beside the dumps' spool, whose lock guards both.</summary>
    public static EventSpool Open(DumpSpool dumps, SpoolOptions options, CollectorCounters counters, ILogger log)
    {
        var spool = new EventSpool(dumps.Folder, options, counters, log);
        spool.FindSegments();
        return spool;
    }

    /// <summary>Appends a batch, or drops and counts it.</summary>
    public void Append(EventBatchBytes batch)
    {
        var payload = batch.ToArray();
        if (Bytes + payload.Length + SpoolSegment.RecordOverhead + SpoolSegment.HeaderLength > _maxBytes)
        {
            if (!_isFull)
            {
                _isFull = true;
                CollectorLog.EventSpoolFull(_log, _folder, Bytes);
            }

            _counters.EventsSpoolDropped(batch.Count);
        }
        else if (TryWrite(payload))
        {
            _counters.EventsSpooled(batch.Count);
        }
        else
        {
            _counters.EventsSpoolDropped(batch.Count);
        }
    }

    /// <summary>The oldest batch; null when there is none. Call <paramref name="accept"/> when it is stored.</summary>
    public EventBatchBytes? Peek(out Action accept)
    {
        while (_segments.First is { } node)
        {
            var segment = node.Value;
            var payloads = segment.Read(1, long.MaxValue);
            if (payloads.Count == 0)
            {
                if (segment.Replayed < segment.Count)
                {
                    Damaged(segment);
                }

                Remove(segment);
                continue;
            }

            var (payload, next) = payloads[0];
            accept = () => Advance(segment, next);
            if (EventBatchBytes.TryRead(payload) is { } batch)
            {
                return batch;
            }

            Damaged(segment);
            accept();
        }

        accept = () => { };
        return null;
    }

    private void FindSegments()
    {
        foreach (var path in Directory.EnumerateFiles(_folder, "*" + Extension).Order(StringComparer.Ordinal))
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
            _batches += segment.Count;
            _bytes += segment.Length;
        }

        if (_batches > 0)
        {
            CollectorLog.EventSpoolFound(_log, _batches, _bytes);
        }
    }

    private bool TryWrite(byte[] payload)
    {
        try
        {
            if (_writing is null || _writing.Length >= _segmentBytes)
            {
                // Numbers only grow, also over restarts: their order is the order of the batches.
                _writing = new SpoolSegment(Path.Combine(_folder, (++_lastNumber).ToString("D12", CultureInfo.InvariantCulture) + Extension));
                _segments.AddLast(_writing);
            }

            var before = _writing.Length;
            _writing.Append([payload]);
            Interlocked.Add(ref _bytes, _writing.Length - before);
            Interlocked.Increment(ref _batches);
            if (_isBroken)
            {
                _isBroken = false;
                CollectorLog.SpoolRecovered(_log, _folder);
            }

            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_isBroken)
            {
                _isBroken = true;
                CollectorLog.SpoolFailed(_log, failure, _folder);
            }

            return false;
        }
    }

    private void Advance(SpoolSegment segment, long next)
    {
        segment.Position = next;
        segment.Replayed++;
        Interlocked.Decrement(ref _batches);
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
        Interlocked.Add(ref _batches, -(segment.Count - segment.Replayed));
        _isFull = false;
        try
        {
            File.Delete(segment.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It will be replayed again at the next start, and the store will recognise the keys of its batches.
            CollectorLog.SpoolFailed(_log, failure, _folder);
        }
    }

    private void Damaged(SpoolSegment segment)
    {
        _counters.SpoolDamaged();
        CollectorLog.SpoolDamaged(_log, Path.GetFileName(segment.Path), segment.Length);
    }
}
