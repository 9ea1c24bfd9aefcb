namespace Mayday.Collector.Journal;

/// <summary>What belongs to one window or assembly, in the order of arrival.</summary>
internal sealed class RestoredTicket(long number)
{
    public long Number { get; } = number;

    public List<RestoredEntry> Entries { get; } = [];

    /// <summary>It was handed on before the end of the process.</summary>
    public RestoredEntry? Closed { get; set; }

    /// <summary>Its dump was stored: nothing of it may come again.</summary>
    public bool IsSettled { get; set; }

    /// <summary>What tells late rounds of a finished netoops dump.</summary>
    public RestoredEntry? Remembered { get; set; }

    public long Bytes { get; set; }

    public long RememberedBytes { get; set; }

    /// <summary>It belongs to a block of events, not to a dump.</summary>
    public bool IsOfEvents => Entries.Count > 0 && Entries[0].Kind is EntryKind.EventDatagram or EntryKind.PrintedEvents;
}
