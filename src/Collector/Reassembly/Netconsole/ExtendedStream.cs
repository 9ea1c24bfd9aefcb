using System.Text;
using Mayday.Collector.Datagrams;
using Mayday.Protocol;
using Mayday.Protocol.Netconsole;
using Mayday.Store.Ingest;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Extended netconsole: record numbers show order, duplicates, gaps and reboots.</summary>
internal sealed class ExtendedStream(SourceEndPoint source) : ConsoleStream(source)
{
    // The clocks of two CPUs were seen 2 s apart, and the clock of a CPU with interrupts disabled stands still. Only a larger step back
    // means a new boot.
    private const ulong ClockSkew = 30_000_000;

    // Reordering stays below this many records. A larger step back that comes with the first line of a boot is a restart, not a duplicate.
    private const ulong LeastRestartStep = 64;

    // One record far behind the others may be a stray packet; this many in a row mean another boot.
    private const int FarBehindRun = 8;

    // A larger jump forward is not a loss: the sender counts anew, or the number is invalid.
    private const ulong LargestJump = 1 << 20;

    private SequenceWindow _sequences;
    private MessageIdCount? _messageIds;
    private byte[] _release = [];
    private ulong _highestTimestamp;
    private long _lostBefore;
    private long _toldLost;
    private long _untold;
    private int _farBehind;

    public override bool IsExtended => true;

    public string? Release => _release.Length == 0 ? null : Encoding.ASCII.GetString(_release);

    /// <summary>A debug record of the kernel was seen, so the console level filters nothing and every gap in the numbers is a
    /// loss.</summary>
    public bool SendsEveryLevel { get; private set; }

    /// <summary>Records whose fragments have not all arrived, oldest first.</summary>
    public List<FragmentedRecord> Fragmented => field ??= new(1);

    public bool IsRestart(in ExtendedPacket packet, Moment now, long restartSilence)
    {
        if (!_sequences.HasStarted)
        {
            return false;
        }

        if (!packet.Release.IsEmpty && _release.Length > 0 && !packet.Release.SequenceEqual(_release))
        {
            return true;
        }

        var clockWentBack = packet.TimestampMicroseconds + ClockSkew < _highestTimestamp;
        if (packet.Sequence > _sequences.Highest)
        {
            return clockWentBack;
        }

        if (now.Monotonic - LastHeard.Monotonic >= restartSilence)
        {
            return true;
        }

        var step = _sequences.Highest - packet.Sequence;
        if (step >= LeastRestartStep && (clockWentBack || packet.Body.StartsWith("Linux version "u8)))
        {
            return true;
        }

        return step >= SequenceWindow.Span && _farBehind + 1 >= FarBehindRun;
    }

    /// <summary>Notes the number of a record. Called once per record, whatever its number of fragments.</summary>
    public SequenceVerdict Note(in ExtendedPacket packet, ShardCounters counters)
    {
        if (!packet.Release.IsEmpty && _release.Length == 0)
        {
            _release = packet.Release.ToArray();
        }

        if (_sequences.HasStarted && packet.Sequence > _sequences.Highest && packet.Sequence - _sequences.Highest > LargestJump)
        {
            _lostBefore += (long)_sequences.Missing;
            _sequences = default;
        }

        var missing = (long)_sequences.Missing;
        var verdict = _sequences.Note(packet.Sequence);
        counters.MissingBySequence += (long)_sequences.Missing - missing;
        _farBehind = verdict == SequenceVerdict.Behind ? _farBehind + 1 : 0;
        if (verdict == SequenceVerdict.New)
        {
            _highestTimestamp = Math.Max(_highestTimestamp, packet.TimestampMicroseconds);
        }

        SendsEveryLevel |= packet.Facility == 0 && packet.Severity == Severity.Debug;
        return verdict;
    }

    public void NoteMessageId(uint messageId, ShardCounters counters) =>
        counters.MissingByMessageId += (_messageIds ??= new MessageIdCount()).Note(messageId);

    /// <summary>Accounts for one packet. Message ids show what was lost. Without them the record numbers do, but only once the sender is
    /// known to send every level; then earlier gaps count as well. Otherwise no loss is reported.</summary>
    public LossCounts Account(SequenceVerdict verdict)
    {
        var isReceived = verdict != SequenceVerdict.Duplicate;
        var step = new LossCounts
        {
            Received = isReceived ? 1 : 0,
            Duplicates = isReceived ? 0 : 1,
            Reordered = verdict == SequenceVerdict.Late ? 1 : 0,
        };
        if (_messageIds is null && !SendsEveryLevel)
        {
            _untold += step.Received;
            step.Unknowable = step.Received;
            return step;
        }

        var lost = _messageIds?.Missing ?? _lostBefore + (long)_sequences.Missing;
        step.Unknowable = -_untold;
        step.Lost = step.LostText = lost - _toldLost;
        _untold = 0;
        _toldLost = lost;
        return step;
    }

    public override void Reset()
    {
        _lostBefore = 0;
        _toldLost = 0;
        _untold = 0;
        _sequences = default;
        _messageIds = null;
        _release = [];
        _highestTimestamp = 0;
        _farBehind = 0;
        SendsEveryLevel = false;
    }
}
