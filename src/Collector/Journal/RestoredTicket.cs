namespace Mayday.Collector.Journal;

/// <summary>The entries of one window or assembly, in order of arrival.</summary>
internal sealed class RestoredTicket(long number)
{
    public long Number { get; } = number;

    public List<RestoredEntry> Entries { get; } = [];

    /// <summary>The dump was handed to analysis before the process ended.</summary>
    public RestoredEntry? Closed { get; set; }

    /// <summary>The dump was stored and must not be restored.</summary>
    public bool IsSettled { get; set; }

    /// <summary>What identifies late rounds of a finished netoops dump.</summary>
    public RestoredEntry? Remembered { get; set; }

    public long Bytes { get; set; }

    public long RememberedBytes { get; set; }

    /// <summary>The ticket belongs to a block of events, not to a dump.</summary>
    public bool IsOfEvents => Entries.Count > 0 && Entries[0].Kind is EntryKind.EventDatagram or EntryKind.PrintedEvents;
}
