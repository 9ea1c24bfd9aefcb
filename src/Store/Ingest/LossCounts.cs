namespace Mayday.Store.Ingest;

/// <summary>
/// Packet counts of one sender. A netoops packet is one copy (each packet number is sent in three rounds), a netconsole packet is one
/// record. Mutable, because the receiver updates it for each datagram.
/// </summary>
public struct LossCounts
{
    /// <summary>Packets received, duplicates counted once.</summary>
    public long Received { get; set; }

    /// <summary>Packets known to be lost. Decreases when a late one arrives.</summary>
    public long Lost { get; set; }

    /// <summary>Lost packets whose text did not arrive in another copy. For netconsole, which sends once, all lost packets.</summary>
    public long LostText { get; set; }

    /// <summary>Packets received more than once.</summary>
    public long Duplicates { get; set; }

    /// <summary>Packets that arrived after one that was sent later.</summary>
    public long Reordered { get; set; }

    /// <summary>Received packets of senders whose packets do not show whether others are missing.</summary>
    public long Unknowable { get; set; }

    public readonly bool IsZero => (Received | Lost | LostText | Duplicates | Reordered | Unknowable) == 0;

    public void Add(in LossCounts more)
    {
        Received += more.Received;
        Lost += more.Lost;
        LostText += more.LostText;
        Duplicates += more.Duplicates;
        Reordered += more.Reordered;
        Unknowable += more.Unknowable;
    }
}
