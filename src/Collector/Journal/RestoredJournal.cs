using Mayday.Collector.Datagrams;
using Mayday.Linux.Sockets;

namespace Mayday.Collector.Journal;

/// <summary>An entry as found in the journal. The bytes are copies, because the journal is written to while they are used.</summary>
internal sealed record RestoredEntry(EntryKind Kind, byte Flags, long Sequence, long Arrival, SourceEndPoint Source, byte[] Payload);

/// <summary>What the end of a process left behind in one shard's journal.</summary>
internal sealed class RestoredJournal
{
    /// <summary>Tickets that are still needed, oldest first.</summary>
    public required IReadOnlyList<RestoredTicket> Tickets { get; init; }

    /// <summary>Tickets of event blocks, oldest first. They no longer belong to a shard.</summary>
    public required IReadOnlyList<RestoredTicket> Events { get; init; }

    /// <summary>Number of the shard that wrote the journal.</summary>
    public required int Shard { get; init; }

    /// <summary>Lines of no window, oldest first.</summary>
    public required IReadOnlyList<RestoredEntry> Lines { get; init; }

    /// <summary>Datagrams that were received but not yet processed, with their numbers.</summary>
    public required DatagramBatch Landed { get; init; }

    public required long LandedFrom { get; init; }

    public required long NextSequence { get; init; }

    public required long LastTicket { get; init; }

    /// <summary>The file that the entries came from, when it is not the current journal file. It is deleted once everything is
    /// restored.</summary>
    public string? Leftover { get; set; }

    public bool IsInPlace => Leftover is null;

    public bool IsEmpty => Tickets.Count == 0 && Events.Count == 0 && Lines.Count == 0 && Landed.Count == 0;

    /// <summary>Reads the content of a journal; null when it is damaged.</summary>
    public static RestoredJournal? Read(ShardJournal journal, int shard)
    {
        var positions = new List<long>();
        var linePositions = new List<long>();
        if (!journal.Dumps.TryWalk(positions) || !journal.Lines.TryWalk(linePositions))
        {
            return null;
        }

        long lastSequence = -1, lastTicket = 0, lastTaken = -1;
        var tickets = new Dictionary<long, RestoredTicket>();
        foreach (var position in positions)
        {
            var entry = journal.Dumps.At(position);
            lastSequence = Math.Max(lastSequence, entry.Sequence);
            lastTicket = Math.Max(lastTicket, entry.Ticket);
            if (entry.Kind is EntryKind.Packet or EntryKind.WindowLine or EntryKind.EventDatagram)
            {
                lastTaken = Math.Max(lastTaken, entry.Sequence);
            }

            if (!tickets.TryGetValue(entry.Ticket, out var ticket))
            {
                tickets.Add(entry.Ticket, ticket = new RestoredTicket(entry.Ticket));
            }

            Take(ticket, entry, journal.Dumps.PayloadAt(position));
        }

        var lines = new List<RestoredEntry>(linePositions.Count);
        foreach (var position in linePositions)
        {
            var entry = journal.Lines.At(position);
            lastSequence = Math.Max(lastSequence, entry.Sequence);
            lastTaken = entry.Kind == EntryKind.Line ? Math.Max(lastTaken, entry.Sequence) : lastTaken;
            lines.Add(Copy(entry, journal.Lines.PayloadAt(position)));
        }

        foreach (var ticket in tickets.Values)
        {
            if (ticket.IsOfEvents && ticket.Number <= journal.EventsDone)
            {
                ticket.IsSettled = true;
                ticket.Entries.Clear();
            }

            InOrder(ticket.Entries);
        }

        var needed = tickets.Values.Where(IsNeeded).OrderBy(ticket => ticket.Number).ToArray();

        var from = journal.LandedFrom;
        var landed = ReadLanded(journal, from, lastTaken, out var landedFrom);
        return new RestoredJournal
        {
            Tickets = [.. needed.Where(ticket => !ticket.IsOfEvents)],
            Events = [.. needed.Where(ticket => ticket.IsOfEvents)],
            Shard = shard,
            Lines = lines,
            Landed = landed,
            LandedFrom = landedFrom,
            NextSequence = Math.Max(lastSequence + 1, landedFrom + landed.Count),
            LastTicket = Math.Max(lastTicket, journal.EventsDone),
        };
    }

    private static bool IsNeeded(RestoredTicket ticket) => ticket.Remembered is not null || (!ticket.IsSettled && ticket.Entries.Count > 0);

    private static void Take(RestoredTicket ticket, in JournalEntry entry, ReadOnlySpan<byte> payload)
    {
        var size = JournalRing.SizeOf(payload.Length);
        switch (entry.Kind)
        {
            case EntryKind.Settled:
                ticket.IsSettled = true;
                ticket.Entries.Clear();
                return;
            case EntryKind.Remembered:
                ticket.Remembered = Copy(entry, payload);
                ticket.RememberedBytes = size;
                return;
            case EntryKind.Closed:
                ticket.Closed = Copy(entry, payload);
                break;
            default:
                if (!ticket.IsSettled)
                {
                    ticket.Entries.Add(Copy(entry, payload));
                }

                break;
        }

        ticket.Bytes += size;
    }

    private static RestoredEntry Copy(in JournalEntry entry, ReadOnlySpan<byte> payload) =>
        new(entry.Kind, entry.Flags, entry.Sequence, entry.Arrival, entry.Source, payload.ToArray());

    // Entries that were carried forward are behind newer ones, and one of them may be present twice.
    private static void InOrder(List<RestoredEntry> entries)
    {
        entries.Sort((one, other) => one.Sequence != other.Sequence
            ? one.Sequence.CompareTo(other.Sequence)
            : (other.Kind == EntryKind.Opened).CompareTo(one.Kind == EntryKind.Opened));
        for (var i = entries.Count - 1; i > 0; i--)
        {
            if (entries[i].Sequence == entries[i - 1].Sequence && entries[i].Kind == entries[i - 1].Kind)
            {
                entries.RemoveAt(i);
            }
        }
    }

    // The first unprocessed datagram comes after the last one that left an entry. A refused datagram leaves no entry and is refused again.
    // A netoops packet may already be part of one dump and missing in another; the reassembler recognises it where it was taken.
    private static DatagramBatch ReadLanded(ShardJournal journal, long from, long lastTaken, out long landedFrom)
    {
        var geometry = journal.Geometry;
        var landing = new LandingArea(journal.Landing, geometry.Slots, geometry.SlotLength);
        var found = new DatagramBatch(geometry.Slots, geometry.SlotLength, landing.Datagrams);
        var count = landing.CountLanded();
        for (var i = 0; i < count; i++)
        {
            found.AddLanded(landing, i, out _);
        }

        var first = (int)Math.Clamp(lastTaken - from, 0, found.Count);
        if (first < found.Count && lastTaken - from >= 0 && !found.Datagram(first).StartsWith((ReadOnlySpan<byte>)[3, 0]))
        {
            first++;
        }

        var landed = new DatagramBatch(Math.Max(1, found.Count - first), geometry.SlotLength);
        for (var i = first; i < found.Count; i++)
        {
            found.Datagram(i).CopyTo(landed.Slot(landed.Count));
            landed.Add(found.Datagram(i).Length, found.Source(i), found.IsTruncated(i), found.Arrival(i));
        }

        landedFrom = from + first;
        return landed;
    }
}
