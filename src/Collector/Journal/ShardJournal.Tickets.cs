using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Journal;

/// <content>Tickets: which dumps and blocks of events hold room in the ring of dumps, how they give it back, and which of them lose their
/// protection when the ring is full.</content>
internal sealed partial class ShardJournal
{
    // Room reserved for tombstones: a ticket that loses its protection must be able to record that.
    private const int Spare = 16 << 10;

    // Beyond this position an idle ring starts again at its beginning.
    private const int RewindFrom = 256 << 10;

    private readonly Dictionary<long, TicketState> _tickets = [];
    private readonly ConcurrentQueue<long> _settled = new();
    private long _lastTicket;
    private long _liveBytes;

    private struct TicketState
    {
        public bool IsUnsettled;
        public bool IsRemembered;
        public long Bytes;
        public long RememberedBytes;
    }

    public void Forget(long ticket)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrNullRef(_tickets, ticket);
        if (Unsafe.IsNullRef(ref state))
        {
            return;
        }

        _liveBytes -= state.RememberedBytes;
        state.RememberedBytes = 0;
        state.IsRemembered = false;
        if (!state.IsUnsettled)
        {
            _tickets.Remove(ticket);
        }
    }

    /// <summary>The dump is stored, spooled or counted as lost. May be called on any thread.</summary>
    public void Settle(long ticket) => _settled.Enqueue(ticket);

    /// <summary>Called regularly: writes the tombstones of settled dumps and frees their room.</summary>
    public void Advance()
    {
        if (!_settled.IsEmpty || _dumps.Used > _dumps.Capacity / 2)
        {
            while (_settled.TryDequeue(out var ticket))
            {
                Bury(ticket);
            }

            Trim();
            CarryForward();
        }

        if (_dumps.Used == 0 && _dumps.Head % _dumps.Capacity > RewindFrom)
        {
            _dumps.Rewind();
        }

        _counters.JournalBytes = _dumps.Used;
    }

    private long NewTicket()
    {
        _tickets[++_lastTicket] = new TicketState { IsUnsettled = true };
        return _lastTicket;
    }

    private bool IsUnsettled(long ticket) => ticket != 0 && _tickets.TryGetValue(ticket, out var state) && state.IsUnsettled;

    // Either all entries of a ticket are kept or none: a dump that is restored in part would be a different dump.
    private bool TryAppend(in JournalEntry entry, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > _dumps.Capacity / 4)
        {
            Unprotect(entry.Ticket);
            return false;
        }

        while (_dumps.Used + _dumps.NeedFor(payload.Length) + Spare > _dumps.Capacity)
        {
            Trim();
            if (_dumps.Used + _dumps.NeedFor(payload.Length) + Spare <= _dumps.Capacity)
            {
                break;
            }

            if (!_dumps.TryFindOldest(out var oldest))
            {
                Unprotect(entry.Ticket);
                return false;
            }

            Unprotect(_dumps.At(oldest).Ticket);
            if (!IsUnsettled(entry.Ticket))
            {
                return false;
            }
        }

        Put(entry, payload);
        return true;
    }

    private void Put(in JournalEntry entry, ReadOnlySpan<byte> payload)
    {
        var size = JournalRing.SizeOf(payload.Length);
        ref var state = ref CollectionsMarshal.GetValueRefOrNullRef(_tickets, entry.Ticket);
        if (entry.Kind == EntryKind.Remembered)
        {
            state.RememberedBytes += size;
        }
        else
        {
            state.Bytes += size;
        }

        _liveBytes += size;
        _dumps.Append(entry, payload);
    }

    // The ticket loses its protection: if the process ends before the dump is stored, the dump is lost.
    private void Unprotect(long ticket)
    {
        _counters.JournalUnprotected += IsUnsettled(ticket) ? 1 : 0;
        Bury(ticket);
        Forget(ticket);
        Trim();
    }

    private void Bury(long ticket)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrNullRef(_tickets, ticket);
        if (Unsafe.IsNullRef(ref state) || !state.IsUnsettled)
        {
            return;
        }

        _liveBytes -= state.Bytes;
        state.Bytes = 0;
        state.IsUnsettled = false;
        if (!state.IsRemembered)
        {
            _tickets.Remove(ticket);
        }

        if (!_dumps.HasRoom(0))
        {
            Trim();
        }

        if (_dumps.HasRoom(0))
        {
            _dumps.Append(new JournalEntry { Kind = EntryKind.Settled, Ticket = ticket, Sequence = _next }, default);
        }
    }

    private void Trim()
    {
        while (_dumps.TryFindOldest(out var oldest) && !IsNeeded(_dumps.At(oldest)))
        {
            _dumps.DropOldest();
        }
    }

    private bool IsNeeded(in JournalEntry entry) =>
        entry.Kind != EntryKind.Settled
        && _tickets.TryGetValue(entry.Ticket, out var state)
        && (entry.Kind == EntryKind.Remembered ? state.IsRemembered : state.IsUnsettled);

    // A few long-lived dumps must not hold the room of many settled ones, so their entries are copied to the head of the ring. If the
    // process ends in between, an entry is present twice; the reader recognises it by its number.
    private void CarryForward()
    {
        var budget = _dumps.Capacity / 2;
        while (_dumps.Used > _dumps.Capacity / 2 && _liveBytes < _dumps.Capacity / 4 && budget > 0 && _dumps.TryFindOldest(out var oldest))
        {
            var entry = _dumps.At(oldest);
            if (!_dumps.HasRoom((int)entry.Length))
            {
                return;
            }

            _dumps.Append(entry, _dumps.PayloadAt(oldest));
            _dumps.DropOldest();
            budget -= JournalRing.SizeOf((int)entry.Length);
            Trim();
        }
    }

    /// <summary>Takes an entry of another journal in hand, as if it had just been received.</summary>
    public void Hand(RestoredEntry entry)
    {
        var batch = new DatagramBatch(1, Math.Max(1, entry.Payload.Length));
        entry.Payload.CopyTo(batch.Slot(0));
        batch.Add(entry.Payload.Length, entry.Source, isTruncated: false, entry.Arrival);
        Begin(batch);
        Take(0);
    }
}
