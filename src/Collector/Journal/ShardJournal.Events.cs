using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Journal;

/// <content>Events: a block of events has a ticket, as a dump has, but it is settled differently. Blocks leave their shard in the order of
/// their tickets, so one word in the header says up to which ticket they are stored.</content>
internal sealed partial class ShardJournal
{
    private readonly Lock _eventsGate = new();

    /// <summary>Blocks of events up to this ticket are stored, spooled or counted as lost. Blocks leave their shard in the order of their
    /// tickets.</summary>
    public long EventsDone => _memory.ReadWord(JournalGeometry.EventsDoneWord);

    /// <summary>Adds the current datagram to a block of events; returns a new ticket when the block has none yet (0).</summary>
    public long AddEvents(long ticket, Moment now)
    {
        ticket = ticket == 0 ? NewTicket() : ticket;
        Add(EntryKind.EventDatagram, ticket, now);
        return ticket;
    }

    /// <summary>The same for records that were collected from console lines and so are in no datagram as they are.</summary>
    public long AddPrintedEvents(long ticket, ReadOnlySpan<byte> entries)
    {
        ticket = ticket == 0 ? NewTicket() : ticket;
        if (IsUnsettled(ticket))
        {
            TryAppend(new JournalEntry { Kind = EntryKind.PrintedEvents, Ticket = ticket, Sequence = _next }, entries);
        }

        return ticket;
    }

    /// <summary>Blocks of events up to this one are stored, spooled or counted as lost. May be called on any thread. It takes effect at
    /// once: if the process ended between this and the next batch, the blocks would be taken for unstored ones.</summary>
    public void SettleEventsTo(long ticket)
    {
        lock (_eventsGate)
        {
            if (!_isDisposed && ticket > EventsDone)
            {
                _memory.WriteWord(JournalGeometry.EventsDoneWord, ticket);
            }
        }
    }
}
