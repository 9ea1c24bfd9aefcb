using System.Text;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Protocol.Netconsole;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Records windows and lines in the journal, and restores them after a kill.</summary>
internal sealed partial class NetconsoleReassembler
{
    // True when the restored entries are already in this journal, false when they come from another file.
    private bool _isInPlace;

    // A restored window is filled by the decisions made before the kill; they are not made again.
    private bool _isRestoringWindow;

    private ShardJournal? Journal => _isInPlace ? null : _journal;

    /// <summary>Restores lines kept in case a crash follows, oldest first. If a sender's lines went into a window, none of its earlier
    /// lines are restored.</summary>
    public void RestoreLine(RestoredEntry entry, bool isInPlace, Moment now)
    {
        _isInPlace = isInPlace;
        try
        {
            if (entry.Kind == EntryKind.LinesGone)
            {
                if (((entry.Flags & StreamFlags.Extended) != 0 ? _extended : _basic).TryGet(entry.Source, out var stream))
                {
                    stream.Ring?.Clear();
                    if ((entry.Flags & StreamFlags.Restarted) != 0)
                    {
                        stream.Reset();
                    }
                }

                return;
            }

            Feed(entry, now.WithArrival(entry.Arrival));
        }
        finally
        {
            _isInPlace = false;
        }
    }

    /// <summary>Restores a window that was open, or closed and not yet stored.</summary>
    public void Restore(RestoredTicket ticket, bool isInPlace, Moment now)
    {
        if (ticket.Entries[0] is not { Kind: EntryKind.Opened } opened)
        {
            _journal?.Settle(isInPlace ? ticket.Number : 0);
            return;
        }

        _isInPlace = isInPlace;
        _isRestoringWindow = true;
        try
        {
            if (ticket.Closed is { } closed)
            {
                RestoreClosed(ticket, opened, closed, isInPlace, now);
            }
            else
            {
                RestoreOpen(ticket, opened, isInPlace, now);
            }
        }
        finally
        {
            _isInPlace = false;
            _isRestoringWindow = false;
        }
    }

    private static byte FlagsOf(ConsoleStream stream) => stream.IsExtended ? StreamFlags.Extended : (byte)0;

    private void WriteOpened(CrashWindow window, Moment now)
    {
        if (Journal is not { } journal)
        {
            return;
        }

        var flags = (byte)(FlagsOf(window.Stream) | (window.IsContinuation ? StreamFlags.Continuation : 0));
        window.Ticket = journal.OpenWindow(window.Stream.Source, flags, window.Container.Span, now);
        journal.DropLines(window.Stream.Source, FlagsOf(window.Stream), now);
    }

    // What was known about the stream is written too: the lines that it was learned from may have been overwritten.
    private void WriteClosed(CrashWindow window, WindowEnd end, ExtendedStream? stream)
    {
        if (Journal is not { } journal || window.Ticket == 0)
        {
            return;
        }

        Span<byte> known = stackalloc byte[256];
        var release = stream?.Release ?? "";
        known[0] = stream?.SendsEveryLevel == true ? StreamFlags.EveryLevel : (byte)0;
        var length = 1 + Encoding.Latin1.GetBytes(release.AsSpan(0, Math.Min(release.Length, known.Length - 1)), known[1..]);
        journal.Close(window.Ticket, (byte)end, known[..length]);
    }

    private CrashWindow Reopen(ConsoleStream stream, RestoredTicket ticket, RestoredEntry opened, bool isInPlace, Moment now)
    {
        var window = new CrashWindow(stream, now.WithArrival(opened.Arrival), (opened.Flags & StreamFlags.Continuation) != 0) { IsRestored = true };
        window.TakeContainer(opened.Payload);
        window.Ticket = isInPlace ? ticket.Number : _journal?.OpenWindow(stream.Source, opened.Flags, opened.Payload, now.WithArrival(opened.Arrival)) ?? 0;
        return window;
    }

    private void RestoreOpen(RestoredTicket ticket, RestoredEntry opened, bool isInPlace, Moment now)
    {
        var stream = FindStream(opened.Source, (opened.Flags & StreamFlags.Extended) != 0, now);
        if (stream.Window is { } elder)
        {
            // The older window was full and waited for late records; that time is over.
            Close(elder, WindowEnd.Full);
        }

        var window = stream.Window = Reopen(stream, ticket, opened, isInPlace, now);
        _windows.AddLast(window.Node);
        _windowBytes += window.Capacity;
        _nextScan = Math.Min(_nextScan, window.DeadlineBy(_limits, out _));
        if (stream is ExtendedStream extended)
        {
            ReadOnlySpan<byte> lines = opened.Payload;
            while (DatagramLog.TryRead(ref lines, out _, out var datagram))
            {
                if (ExtendedPacket.TryParse(datagram, out var packet, out _))
                {
                    extended.Note(packet, _counters);
                }
            }
        }

        for (var i = 1; i < ticket.Entries.Count; i++)
        {
            Feed(ticket.Entries[i], now.WithArrival(ticket.Entries[i].Arrival));
        }
    }

    // Uses a separate stream object, so that the current state of the sender's stream is not changed.
    private void RestoreClosed(RestoredTicket ticket, RestoredEntry opened, RestoredEntry closed, bool isInPlace, Moment now)
    {
        var isExtended = (opened.Flags & StreamFlags.Extended) != 0;
        ConsoleStream stream = isExtended ? new ExtendedStream(opened.Source) : new BasicStream(opened.Source);
        var window = Reopen(stream, ticket, opened, isInPlace, now);
        for (var i = 1; i < ticket.Entries.Count; i++)
        {
            var entry = ticket.Entries[i];
            window.Add(entry.Payload, default, now.WithArrival(entry.Arrival));
            if (Journal is { } journal)
            {
                journal.Hand(entry);
                journal.AddLine(window.Ticket, now.WithArrival(entry.Arrival));
            }
        }

        _finished.Enqueue(new NetconsoleDump
        {
            Source = stream.Source,
            IsExtended = isExtended,
            Window = window,
            End = Enum.IsDefined((WindowEnd)closed.Flags) ? (WindowEnd)closed.Flags : WindowEnd.Quiet,
            Release = closed.Payload.Length > 1 ? Encoding.Latin1.GetString(closed.Payload.AsSpan(1)) : null,
            SendsEveryLevel = closed.Payload is [var known, ..] && (known & StreamFlags.EveryLevel) != 0,
            Journal = _journal,
            Ticket = window.Ticket,
            IsRestored = true,
        });
    }

    private void Feed(RestoredEntry entry, Moment now)
    {
        if (Journal is { } journal)
        {
            journal.Hand(entry);
        }

        if (ExtendedPacket.TryParse(entry.Payload, out var packet, out _))
        {
            AddExtended(entry.Source, entry.Payload, packet, now);
        }
        else
        {
            AddBasic(entry.Source, entry.Payload, now);
        }
    }
}
