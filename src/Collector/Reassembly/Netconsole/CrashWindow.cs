using System.Buffers;
using Mayday.Collector.Datagrams;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Why a window closed.</summary>
internal enum WindowEnd
{
    Quiet,
    CrashEnded,
    Restarted,
    Full,
    TooOld,
    MemoryFull,
    Stopped,
}

/// <summary>The received datagrams around a crash, from the lines before it to its end. Becomes one dump.</summary>
internal sealed class CrashWindow
{
    private const int FirstBytes = 16 << 10;

    // A window that continues a full one and contains no crash of its own holds the end of a report. It needs no more bytes than this.
    private const int TailBytes = 64 << 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);

    public CrashWindow(ConsoleStream stream, Moment now, bool isContinuation)
    {
        Stream = stream;
        Opened = now;
        Last = now;
        IsContinuation = isContinuation;
        Node = new LinkedListNode<CrashWindow>(this);
    }

    public ConsoleStream Stream { get; }

    public LinkedListNode<CrashWindow> Node { get; }

    public Moment Opened { get; }

    public Moment Last { get; private set; }

    public Moment LastStart { get; private set; }

    /// <summary>The window continues a full one.</summary>
    public bool IsContinuation { get; }

    public bool HasStart { get; private set; }

    /// <summary>The kernel printed a line that ends the report.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Set when the window is full and only waits for records that belong before its end.</summary>
    public long? Deadline { get; set; }

    /// <summary>Its ticket in the journal; 0 when it has none.</summary>
    public long Ticket { get; set; }

    /// <summary>It was open when an earlier process was killed.</summary>
    public bool IsRestored { get; init; }

    public int Length { get; private set; }

    public int Capacity => _bytes.Length;

    public ReadOnlyMemory<byte> Container => _bytes.AsMemory(0, Length);

    public void TakeContainer(ReadOnlySpan<byte> entries)
    {
        Reserve(entries.Length);
        entries.CopyTo(_bytes.AsSpan(Length));
        Length += entries.Length;
    }

    public void Add(ReadOnlySpan<byte> datagram, LineSight sight, Moment now)
    {
        Reserve(DatagramLog.HeaderLength + datagram.Length);
        DatagramLog.WriteHeader(_bytes.AsSpan(Length), datagram.Length, now.Unix);
        datagram.CopyTo(_bytes.AsSpan(Length + DatagramLog.HeaderLength));
        Length += DatagramLog.HeaderLength + datagram.Length;
        Last = now;
        if (sight.HasStart)
        {
            HasStart = true;
            HasEnded = false;
            LastStart = now;
        }

        HasEnded |= sight.HasEnd;
    }

    /// <summary>Monotonic microseconds at which the window closes if nothing more arrives, and the reason it will have.</summary>
    public long DeadlineBy(NetconsoleLimits limits, out WindowEnd end)
    {
        if (Deadline is { } full)
        {
            end = WindowEnd.Full;
            return full;
        }

        var isTail = IsContinuation && !HasStart;
        if (isTail && Length >= TailBytes)
        {
            end = WindowEnd.Full;
            return Last.Monotonic;
        }

        var quiet = Last.Monotonic + (HasEnded ? limits.EndGrace : limits.WindowQuiet);
        end = HasEnded ? WindowEnd.CrashEnded : WindowEnd.Quiet;

        // A report that began just before the maximum age is still kept whole.
        var oldest = Opened.Monotonic + (isTail ? Math.Min(limits.WindowMaxAge, 5 * limits.WindowQuiet) : limits.WindowMaxAge);
        oldest = Math.Max(oldest, Math.Min(LastStart.Monotonic + limits.WindowQuiet, Opened.Monotonic + limits.WindowMaxAge * 5 / 4));
        if (oldest < quiet)
        {
            end = WindowEnd.TooOld;
            return oldest;
        }

        return quiet;
    }

    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Reserve(int more)
    {
        if (_bytes.Length - Length >= more)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + more));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
