using System.Globalization;
using Mayday.Analysis;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Judges the gaps between a window's records, in the order of their numbers. A gap is a loss when message ids say so, or when the
/// sender lets every level through. Otherwise the console level may have filtered the records, and no loss is reported.</summary>
internal sealed class RecordGaps(bool sendsEveryLevel, bool hasMessageIds)
{
    // Enough to show a person where the gaps are; a malicious window could have one between any two records.
    private const int MaxRanges = 1000;

    private readonly List<MissingRange> _lost = [];
    private ulong _first;
    private ulong _last;
    private uint _lastId;
    private long _received;
    private long _missing;
    private long _unexplained;
    private long _unexplainedPlaces;
    private long _withheld;
    private long _partial;
    private long _partialBytes;

    /// <summary>Moves on to the next record. Returns the mark to write before it when records are known to be lost there.</summary>
    public string? Pass(ulong sequence, uint? messageId)
    {
        var hole = _received == 0 ? 0 : sequence - _last - 1;
        var from = _last + 1;
        var step = _received == 0 || messageId is null ? 1 : (int)(messageId.Value - _lastId);
        if (_received == 0)
        {
            _first = sequence;
        }

        _received++;
        _last = sequence;
        _lastId = messageId ?? 0;
        if (hole == 0)
        {
            return null;
        }

        long lost;
        if (hasMessageIds)
        {
            lost = Math.Clamp(step - 1, 0, (long)Math.Min(hole, int.MaxValue));
            _withheld += (long)hole - lost;
        }
        else if (sendsEveryLevel)
        {
            lost = (long)hole;
        }
        else
        {
            _unexplained += (long)hole;
            _unexplainedPlaces++;
            return null;
        }

        if (lost == 0)
        {
            return null;
        }

        _missing += lost;
        if (_lost.Count < MaxRanges)
        {
            _lost.Add(new MissingRange((long)from, (long)(sequence - 1)));
        }

        return GapMark.ForRecords(from, sequence - 1);
    }

    /// <summary>Moves on to a record with missing fragments. Returns the mark to write after it.</summary>
    public string PassPartial(ulong sequence, int missingBytes)
    {
        _partial++;
        _partialBytes += missingBytes;
        return string.Create(CultureInfo.InvariantCulture, $"{GapMark.Prefix}part of record {sequence} missing, {missingBytes} bytes{GapMark.Suffix}");
    }

    public Completeness Describe()
    {
        var notes = new List<string>();
        if (_withheld > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{_withheld} records were held back by the sender's console level (message ids are unbroken there)"));
        }

        if (_unexplained > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"{_unexplained} record numbers in {_unexplainedPlaces} {(_unexplainedPlaces == 1 ? "place" : "places")} did not come: lost, or held back by the sender's console level"));
        }

        if (_partial > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{_partial} {(_partial == 1 ? "record" : "records")} came only in part"));
        }

        var isTold = hasMessageIds || sendsEveryLevel || _unexplained == 0;
        return new Completeness
        {
            Complete = _missing + _partial > 0 ? false : isTold ? true : null,
            Expected = isTold ? _received + _missing : null,
            Received = _received,
            Missing = isTold ? _missing : null,
            MissingBytes = _missing > 0 || !isTold ? null : _partialBytes,
            MissingRanges = _lost,
            Notes = notes,
        };
    }
}
