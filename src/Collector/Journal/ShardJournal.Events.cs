using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Journal;

/// <content>
/// Events: a block of them has a ticket as a dump has, and is done in another way. Blocks leave their shard in the order of their tickets, so that one
/// word in the header says for all of them how far they are stored.
/// </content>
internal sealed partial class ShardJournal
{
    private readonly Lock _eventsGate = new();

    /// <summary>Blocks of events up to this ticket are stored, spooled or counted as lost: they leave their shard in the order of their tickets.</summary>
    public long EventsDone => _memory.ReadWord(JournalGeometry.EventsDoneWord);

    /// <summary>A block of events takes the datagram in hand; a new ticket where it has none yet (0).</summary>
    public long AddEvents(long ticket, Moment now)
    {
        ticket = ticket == 0 ? NewTicket() : ticket;
        Add(EntryKind.EventDatagram, ticket, now);
        return ticket;
    }

    /// <summary>The same for records that are in no datagram as they are: gathered from lines.</summary>
    public long AddPrintedEvents(long ticket, ReadOnlySpan<byte> entries)
    {
        ticket = ticket == 0 ? NewTicket() : ticket;
        if (IsUnsettled(ticket))
        {
            TryAppend(new JournalEntry { Kind = EntryKind.PrintedEvents, Ticket = ticket, Sequence = _next }, entries);
        }

        return ticket;
    }

    /// <summary>
    /// Blocks of events up to this one are stored, spooled or counted as lost. Any thread. It counts at once: nothing may lie between this and the next batch
    /// that the end of the process could take for one that was not stored.
    /// </summary>
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
