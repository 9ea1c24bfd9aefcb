using System.Diagnostics.CodeAnalysis;
using Mayday.Collector.Archive;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Collector.Loss;
using Mayday.Protocol;
using Mayday.Protocol.Kmsg;
using Mayday.Protocol.Netconsole;
using Mayday.Store.Ingest;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The console streams of a shard. It keeps the last lines of each stream. A line that may begin a crash opens a window, which
/// takes the kept lines and what follows, until silence, the last line of the crash, a reboot or its size closes it. No I/O and no clock:
/// add a datagram at <c>now</c>, take the finished dumps, ask for the next deadline. Datagrams are not held back to restore their order:
/// records are sorted by number when a window is joined.</summary>
internal sealed partial class NetconsoleReassembler
{
    // Windows are checked for deadlines at most this often (microseconds), however many there are.
    private const long LeastScan = 20_000;

    private readonly NetconsoleLimits _limits;
    private readonly ShardCounters _counters;
    private readonly ShardJournal? _journal;
    private readonly LossLedger? _loss;
    private readonly ArchiveFeed? _archive;
    private readonly FragmentTable _fragments;
    private readonly StreamTable _extended = new();
    private readonly StreamTable _basic = new();
    private readonly SilenceOrder _silence = new();
    private readonly LineBlocks _lineBlocks = new();
    private readonly LinkedList<CrashWindow> _windows = new();
    private readonly Queue<NetconsoleDump> _finished = new();
    private readonly byte[] _plain = new byte[ExtendedPacket.MaxFragmentTotal];

    // Lines arrive in bursts, so the next datagram is usually of the same sender.
    private ConsoleStream? _last;

    private readonly long _lineBudget;
    private long _windowBytes;
    private long _nextScan = long.MaxValue;

    public NetconsoleReassembler(
        NetconsoleLimits limits, ShardCounters counters, ShardJournal? journal = null, LossLedger? loss = null, ArchiveFeed? archive = null)
    {
        _loss = loss;
        _archive = archive;
        _limits = limits;
        _counters = counters;
        _journal = journal;

        // The journal's copy of the newest lines counts as memory for lines too. At least half of the budget remains for senders that have
        // been silent for longer.
        _lineBudget = limits.RingTotalBytes - Math.Min(journal?.Lines.Capacity ?? 0, limits.RingTotalBytes / 2);
        _fragments = new FragmentTable(limits, counters);
    }

    public int StreamCount => _extended.Count + _basic.Count;

    public long RingBytes => _lineBlocks.InUse;

    public long WindowBytes => _windowBytes;

    public long FragmentBytes => _fragments.HeldBytes;

    public int WindowCount => _windows.Count;

    /// <summary>Monotonic microseconds at which <see cref="Expire"/> has work to do; null while no window is open.</summary>
    public long? NextDeadline => _nextScan == long.MaxValue ? null : _nextScan;

    public bool TryTake([NotNullWhen(true)] out NetconsoleDump? dump) => _finished.TryDequeue(out dump);

    /// <summary>Adds one extended datagram. Returns a reject reason when its fragment contradicts earlier ones.</summary>
    public PacketRejectReason AddExtended(in SourceEndPoint source, ReadOnlySpan<byte> datagram, in ExtendedPacket packet, Moment now)
    {
        var stream = (ExtendedStream)FindStream(source, isExtended: true, now);
        if (!_isRestoringWindow && stream.IsRestart(packet, now, _limits.RestartSilence))
        {
            Restart(stream, now);
        }

        var isKnownRecord = packet.HasFragment && _fragments.Holds(stream, packet.Sequence);
        var verdict = SequenceVerdict.New;
        if (!isKnownRecord)
        {
            verdict = stream.Note(packet, _counters);
            if (verdict == SequenceVerdict.Duplicate)
            {
                _counters.DuplicateRecords++;
                Account(stream, verdict);
                stream.LastHeard = now;
                return PacketRejectReason.None;
            }

            _counters.LateRecords += verdict == SequenceVerdict.New ? 0 : 1;
        }

        var body = packet.Body;
        var isPartial = false;
        if (packet.HasFragment)
        {
            var reason = _fragments.Add(stream, packet, now, out var isNew, out body);
            if (reason != PacketRejectReason.None)
            {
                return reason;
            }

            if (!isNew)
            {
                _counters.DuplicateFragments++;
                stream.LastHeard = now;
                return PacketRejectReason.None;
            }

            // The first fragment holds the beginning of the text, so it is examined now, whether or not the rest arrives.
            isPartial = body.IsEmpty;
            if (isPartial && packet.FragmentOffset == 0)
            {
                body = packet.Body;
            }
        }

        var message = new MessageBody(body);
        if (!isPartial && message.TryGetMessageId(out var messageId))
        {
            stream.NoteMessageId(messageId, _counters);
        }

        if (!isKnownRecord)
        {
            Account(stream, verdict);
        }

        // Only the kernel's own records (facility 0) are evidence of a crash; user space can write any text.
        var sight = packet.Facility == 0 ? LineWatch.See(Plain(message.Text)) : default;
        Route(stream, datagram, sight, packet.Sequence, now);
        return PacketRejectReason.None;
    }

    public void AddBasic(in SourceEndPoint source, ReadOnlySpan<byte> datagram, Moment now)
    {
        var stream = (BasicStream)FindStream(source, isExtended: false, now);
        if (_loss is not null)
        {
            _loss.Note(stream.Loss ??= new LossTally(source, Transport.NetconsoleBasic), new LossCounts { Received = 1, Unknowable = 1 });
        }

        var sight = stream.See(datagram, now.Monotonic - stream.LastHeard.Monotonic, _limits.LineTimeout);
        if (sight.IsBoot && !_isRestoringWindow && (stream.Window is not null || stream.Ring is { Count: > 0 }))
        {
            Restart(stream, now);
        }

        Route(stream, datagram, sight, ulong.MaxValue, now);
    }

    /// <summary>Closes the windows whose deadline has passed.</summary>
    public void Expire(Moment now)
    {
        _fragments.Expire(now);
        if (now.Monotonic < _nextScan)
        {
            return;
        }

        _nextScan = long.MaxValue;
        for (var node = _windows.First; node is not null;)
        {
            var next = node.Next;
            var window = node.Value;
            var deadline = window.DeadlineBy(_limits, out var end);
            if (deadline <= now.Monotonic)
            {
                Close(window, end);
            }
            else
            {
                _nextScan = Math.Min(_nextScan, Math.Max(deadline, now.Monotonic + LeastScan));
            }

            node = next;
        }
    }

    /// <summary>Closes every window at shutdown.</summary>
    public void Flush()
    {
        while (_windows.First is { } window)
        {
            Close(window.Value, WindowEnd.Stopped);
        }
    }

    private void Account(ExtendedStream stream, SequenceVerdict verdict)
    {
        if (_loss is not null)
        {
            _loss.Note(stream.Loss ??= new LossTally(stream.Source, Transport.Netconsole), stream.Account(verdict));
        }
    }

    private ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> text) =>
        text.Contains((byte)'\\') ? _plain.AsSpan(0, Escapes.Unescape(text, _plain)) : text;

    private ConsoleStream FindStream(in SourceEndPoint source, bool isExtended, Moment now)
    {
        if (_last is { } last && last.IsExtended == isExtended && last.Source == source)
        {
            return last;
        }

        var streams = isExtended ? _extended : _basic;
        if (streams.TryGet(source, out var stream))
        {
            return _last = stream;
        }

        if (StreamCount >= _limits.MaxStreams)
        {
            _counters.Evicted(EvictedTable.Streams);
            Forget(_silence.First);
        }

        stream = isExtended ? new ExtendedStream(source) { FirstHeard = now.Monotonic } : new BasicStream(source) { FirstHeard = now.Monotonic };
        stream.LastHeard = now;
        streams.Add(stream);
        _silence.Add(stream, now);
        _counters.Streams = StreamCount;
        return _last = stream;
    }

    private void Route(ConsoleStream stream, ReadOnlySpan<byte> datagram, LineSight sight, ulong sequence, Moment now)
    {
        _silence.Hear(stream, now);
        stream.LastHeard = now;
        _archive?.Offer(stream.Source, stream.IsExtended, datagram, now);

        if (stream.Closing is { } closing && sequence < stream.ClosingBefore)
        {
            AddTo(closing, datagram, sight, now);
            return;
        }

        if (stream.Window is { } open && MustSplit(open, sight, now))
        {
            Split(stream, open, sequence, now);
        }

        if (stream.Window is null && sight.HasStart)
        {
            var window = Open(stream, now, isContinuation: false);
            _counters.WindowsOpened++;
            stream.Ring?.MoveTo(window);
            WriteOpened(window, now);
        }

        if (stream.Window is { } taking)
        {
            AddTo(taking, datagram, sight, now);
        }
        else
        {
            Keep(stream, datagram, now);
        }
    }

    private void Keep(ConsoleStream stream, ReadOnlySpan<byte> datagram, Moment now)
    {
        var ring = stream.Ring;
        if (ring is null)
        {
            ring = stream.Ring = new LineRing(_limits.RingLines, _limits.RingBytes, _lineBlocks);
            _silence.AddLines(stream);
        }

        if (_limits.RingLines > 0)
        {
            Journal?.KeepLine(now);
        }

        ring.Add(datagram, now);
        while (_lineBlocks.InUse > _lineBudget && _silence.FirstWithLines(stream) is { } silent)
        {
            _counters.Evicted(EvictedTable.Lines);
            DropRing(silent);
        }

        _counters.RingBytes = _lineBlocks.InUse;
    }

    private void Restart(ConsoleStream stream, Moment now)
    {
        _counters.StreamRestarts++;
        CloseWindows(stream, WindowEnd.Restarted);
        Journal?.DropLines(stream.Source, (byte)(FlagsOf(stream) | StreamFlags.Restarted), now);
        stream.Ring?.Clear();
        if (stream is ExtendedStream extended)
        {
            _fragments.Forget(extended);
        }

        stream.Reset();
        stream.LastHeard = now;
    }

    private void Forget(ConsoleStream stream)
    {
        CloseWindows(stream, WindowEnd.MemoryFull);
        DropRing(stream);
        if (stream is ExtendedStream extended)
        {
            _fragments.Forget(extended);
        }

        _last = null;
        _silence.Remove(stream);
        (stream.IsExtended ? _extended : _basic).Remove(stream);
        _counters.Streams = StreamCount;
    }

    private void DropRing(ConsoleStream stream)
    {
        if (stream.Ring is { } ring)
        {
            ring.Clear();
            _counters.RingBytes = _lineBlocks.InUse;
            _silence.RemoveLines(stream);
            stream.Ring = null;
        }
    }
}
