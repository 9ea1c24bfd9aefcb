using System.Diagnostics.CodeAnalysis;
using Mayday.Collector.Archive;
using Mayday.Collector.Loss;
using Mayday.Collector.Receive;
using Mayday.Protocol;
using Mayday.Protocol.Kmsg;
using Mayday.Protocol.Netconsole;
using Mayday.Store;

namespace Mayday.Collector.Reassembly;

/// <summary>
/// The console streams of a shard: keeps the last lines of each, and where a line may begin a crash, opens a window that takes them and what
/// follows, until quiet, the crash's last words, a reboot or size close it. No I/O, no clock: add a datagram at <c>now</c>, take what is
/// finished, ask for the next deadline. Nothing is held back for order: windows are put in order by record number when they are joined.
/// </summary>
internal sealed class NetconsoleReassembler
{
    // Places in the silence lists are brought up to date at most once a second: a move a datagram would cost more than the order is worth.
    private const long ListAgain = 1_000_000;

    // Windows are looked through for deadlines at most this often, however many there are.
    private const long LeastScan = 20_000;

    // What goes on after a full window without a crash of its own is the end of a report, not a log to keep.
    private const int TailBytes = 64 << 10;

    private readonly NetconsoleLimits _limits;
    private readonly ShardCounters _counters;
    private readonly LossLedger? _loss;
    private readonly ArchiveFeed? _archive;
    private readonly FragmentTable _fragments;
    private readonly Dictionary<(SourceEndPoint, bool), ConsoleStream> _streams = [];
    private readonly LinkedList<ConsoleStream> _bySilence = new();
    private readonly LinkedList<ConsoleStream> _withLines = new();
    private readonly LinkedList<CrashWindow> _windows = new();
    private readonly Queue<NetconsoleDump> _finished = new();
    private readonly byte[] _plain = new byte[ExtendedPacket.MaxFragmentTotal];

    private long _ringBytes;
    private long _windowBytes;
    private long _nextScan = long.MaxValue;

    public NetconsoleReassembler(NetconsoleLimits limits, ShardCounters counters, LossLedger? loss = null, ArchiveFeed? archive = null)
    {
        _loss = loss;
        _archive = archive;
        _limits = limits;
        _counters = counters;
        _fragments = new FragmentTable(limits, counters);
    }

    public int StreamCount => _streams.Count;

    public long RingBytes => _ringBytes;

    public long WindowBytes => _windowBytes;

    public long FragmentBytes => _fragments.HeldBytes;

    public int WindowCount => _windows.Count;

    /// <summary>Monotonic microseconds at which <see cref="Expire"/> has work; null while no window is open.</summary>
    public long? NextDeadline => _nextScan == long.MaxValue ? null : _nextScan;

    public bool TryTake([NotNullWhen(true)] out NetconsoleDump? dump) => _finished.TryDequeue(out dump);

    /// <summary>Takes one extended datagram; the reason when its fragment contradicts what came before.</summary>
    public PacketRejectReason AddExtended(in SourceEndPoint source, ReadOnlySpan<byte> datagram, in ExtendedPacket packet, Moment now)
    {
        var stream = (ExtendedStream)FindStream(source, isExtended: true, now);
        if (stream.IsRestart(packet, now, _limits.RestartSilence))
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

            // The first fragment holds the beginning of the text: it is looked at now, whether or not the rest ever comes.
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

        // Only the kernel's own records (facility 0) are evidence of a crash; user space may write what it likes.
        var sight = packet.Facility == 0 ? LineWatch.See(Plain(message.Text)) : default;
        Route(stream, datagram, sight, packet.Sequence, now);
        return PacketRejectReason.None;
    }

    public void AddBasic(in SourceEndPoint source, ReadOnlySpan<byte> datagram, Moment now)
    {
        var stream = (BasicStream)FindStream(source, isExtended: false, now);
        if (_loss is not null)
        {
            var tally = stream.Loss ??= new LossTally(source, Transport.NetconsoleBasic);
            tally.Counts.Received++;
            tally.Counts.Unknowable++;
            _loss.Note(tally);
        }

        var sight = stream.See(datagram, now.Monotonic - stream.LastHeard.Monotonic, _limits.LineTimeout);
        if (sight.IsBoot && (stream.Window is not null || stream.Ring is { Count: > 0 }))
        {
            Restart(stream, now);
        }

        Route(stream, datagram, sight, ulong.MaxValue, now);
    }

    /// <summary>Closes the windows whose time has come.</summary>
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
            var deadline = DeadlineOf(window, out var end);
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

    /// <summary>Closes every window: the process ends.</summary>
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
            var tally = stream.Loss ??= new LossTally(stream.Source, Transport.Netconsole);
            stream.Account(verdict, ref tally.Counts);
            _loss.Note(tally);
        }
    }

    private ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> text) =>
        text.Contains((byte)'\\') ? _plain.AsSpan(0, Escapes.Unescape(text, _plain)) : text;

    private ConsoleStream FindStream(in SourceEndPoint source, bool isExtended, Moment now)
    {
        if (_streams.TryGetValue((source, isExtended), out var stream))
        {
            return stream;
        }

        if (_streams.Count >= _limits.MaxStreams)
        {
            _counters.Evicted(EvictedTable.Streams);
            Forget(_bySilence.First!.Value);
        }

        stream = isExtended ? new ExtendedStream(source) : new BasicStream(source);
        stream.LastHeard = now;
        stream.Listed = now.Monotonic;
        _streams.Add((source, isExtended), stream);
        _bySilence.AddLast(stream.Node);
        _counters.Streams = _streams.Count;
        return stream;
    }

    private void Route(ConsoleStream stream, ReadOnlySpan<byte> datagram, LineSight sight, ulong sequence, Moment now)
    {
        List(stream, now);
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

    // A full window is split where the next report begins, so that none is cut; only a window that finds no such place is cut anywhere.
    private bool MustSplit(CrashWindow window, LineSight sight, Moment now)
    {
        var isFull = window.Length >= _limits.WindowMaxBytes || now.Monotonic - window.Opened.Monotonic >= _limits.WindowMaxAge;
        return (isFull && sight.HasStart && !sight.IsPanic) || window.Length >= _limits.WindowMaxBytes + _limits.WindowMaxBytes / 4;
    }

    private void Split(ConsoleStream stream, CrashWindow window, ulong sequence, Moment now)
    {
        if (stream.Closing is { } elder)
        {
            Close(elder, WindowEnd.Full);
        }

        stream.Window = null;
        if (stream.IsExtended)
        {
            stream.Closing = window;
            stream.ClosingBefore = sequence;
            window.Deadline = now.Monotonic + _limits.GapWait;
            _nextScan = Math.Min(_nextScan, window.Deadline.Value);
        }
        else
        {
            Close(window, WindowEnd.Full);
        }

        Open(stream, now, isContinuation: true);
    }

    private CrashWindow Open(ConsoleStream stream, Moment now, bool isContinuation)
    {
        var window = new CrashWindow(stream, now, isContinuation);
        stream.Window = window;
        _windows.AddLast(window.Node);
        _windowBytes += window.Capacity;
        return window;
    }

    private void AddTo(CrashWindow window, ReadOnlySpan<byte> datagram, LineSight sight, Moment now)
    {
        var before = window.Capacity;
        window.Add(datagram, sight, now);
        _windowBytes += window.Capacity - before;
        _nextScan = Math.Min(_nextScan, DeadlineOf(window, out _));
        while (_windowBytes > _limits.WindowBytes && _windows.First is { } longest)
        {
            _counters.Evicted(EvictedTable.Windows);
            Close(longest.Value, WindowEnd.MemoryFull);
        }

        _counters.WindowBytes = _windowBytes;
    }

    private long DeadlineOf(CrashWindow window, out WindowEnd end)
    {
        if (window.Deadline is { } full)
        {
            end = WindowEnd.Full;
            return full;
        }

        var isTail = window.IsContinuation && !window.HasStart;
        if (isTail && window.Length >= TailBytes)
        {
            end = WindowEnd.Full;
            return window.Last.Monotonic;
        }

        var quiet = window.Last.Monotonic + (window.HasEnded ? _limits.EndGrace : _limits.WindowQuiet);
        end = window.HasEnded ? WindowEnd.CrashEnded : WindowEnd.Quiet;

        // A report that began just before the time is up is still taken whole.
        var oldest = window.Opened.Monotonic + (isTail ? Math.Min(_limits.WindowMaxAge, 5 * _limits.WindowQuiet) : _limits.WindowMaxAge);
        oldest = Math.Max(oldest, Math.Min(window.LastStart.Monotonic + _limits.WindowQuiet, window.Opened.Monotonic + _limits.WindowMaxAge * 5 / 4));
        if (oldest < quiet)
        {
            end = WindowEnd.TooOld;
            return oldest;
        }

        return quiet;
    }

    private void Close(CrashWindow window, WindowEnd end)
    {
        var stream = window.Stream;
        if (stream.Closing == window)
        {
            stream.Closing = null;
        }
        else if (stream.Window == window)
        {
            stream.Window = null;
        }

        _windows.Remove(window.Node);
        _windowBytes -= window.Capacity;
        _counters.WindowBytes = _windowBytes;
        if (window.Length == 0)
        {
            window.Release();
            return;
        }

        var extended = stream as ExtendedStream;
        _finished.Enqueue(new NetconsoleDump
        {
            Source = stream.Source,
            IsExtended = stream.IsExtended,
            Window = window,
            End = end,
            Release = extended?.Release,
            SendsEveryLevel = extended?.SendsEveryLevel ?? false,
        });
    }

    private void Keep(ConsoleStream stream, ReadOnlySpan<byte> datagram, Moment now)
    {
        var ring = stream.Ring;
        if (ring is null)
        {
            ring = stream.Ring = new LineRing(_limits.RingLines, _limits.RingBytes);
            stream.RingNode ??= new LinkedListNode<ConsoleStream>(stream);
            _withLines.AddLast(stream.RingNode);
        }

        var grown = ring.Add(datagram, now);
        if (grown == 0)
        {
            return;
        }

        _ringBytes += grown;
        while (_ringBytes > _limits.RingTotalBytes && _withLines.First is { } silent && silent.Value != stream)
        {
            _counters.Evicted(EvictedTable.Lines);
            DropRing(silent.Value);
        }

        _counters.RingBytes = _ringBytes;
    }

    private void List(ConsoleStream stream, Moment now)
    {
        if (now.Monotonic - stream.Listed < ListAgain)
        {
            return;
        }

        stream.Listed = now.Monotonic;
        _bySilence.Remove(stream.Node);
        _bySilence.AddLast(stream.Node);
        if (stream.Ring is not null)
        {
            _withLines.Remove(stream.RingNode!);
            _withLines.AddLast(stream.RingNode!);
        }
    }

    private void Restart(ConsoleStream stream, Moment now)
    {
        _counters.StreamRestarts++;
        CloseWindows(stream, WindowEnd.Restarted);
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

        _bySilence.Remove(stream.Node);
        _streams.Remove((stream.Source, stream.IsExtended));
        _counters.Streams = _streams.Count;
    }

    private void CloseWindows(ConsoleStream stream, WindowEnd end)
    {
        if (stream.Closing is { } closing)
        {
            Close(closing, WindowEnd.Full);
        }

        if (stream.Window is { } window)
        {
            Close(window, end);
        }
    }

    private void DropRing(ConsoleStream stream)
    {
        if (stream.Ring is { } ring)
        {
            _ringBytes -= ring.Capacity;
            _counters.RingBytes = _ringBytes;
            _withLines.Remove(stream.RingNode!);
            stream.Ring = null;
        }
    }
}
