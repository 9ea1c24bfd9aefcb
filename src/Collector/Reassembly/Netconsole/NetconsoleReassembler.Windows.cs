using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <content>The windows around crashes: opened, filled, split where they are full, and closed into dumps.</content>
internal sealed partial class NetconsoleReassembler
{
    // A full window is split where the next report begins, so that no report is cut. A window without such a place is cut at its limit.
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

        WriteOpened(Open(stream, now, isContinuation: true), now);
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
        Journal?.AddLine(window.Ticket, now);
        window.Add(datagram, sight, now);
        _windowBytes += window.Capacity - before;
        _nextScan = Math.Min(_nextScan, window.DeadlineBy(_limits, out _));
        while (_windowBytes > _limits.WindowBytes && _windows.First is { } longest)
        {
            _counters.Evicted(EvictedTable.Windows);
            Close(longest.Value, WindowEnd.MemoryFull);
        }

        _counters.WindowBytes = _windowBytes;
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
            _journal?.Settle(window.Ticket);
            window.Release();
            return;
        }

        var extended = stream as ExtendedStream;
        WriteClosed(window, end, extended);
        _finished.Enqueue(new NetconsoleDump
        {
            Source = stream.Source,
            IsExtended = stream.IsExtended,
            Window = window,
            End = end,
            Release = extended?.Release,
            SendsEveryLevel = extended?.SendsEveryLevel ?? false,
            Journal = _journal,
            Ticket = window.Ticket,
            IsRestored = window.IsRestored,
        });
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
}
