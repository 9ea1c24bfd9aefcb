namespace Mayday.Store.Ingest;

/// <summary>
/// What came of a sender's packets. For netoops a packet is a copy (each packet number is sent in three rounds), for netconsole a record.
/// Mutable, since a receiver adds to it for each datagram.
/// </summary>
public struct LossCounts
{
    /// <summary>Packets that came; doubled ones once.</summary>
    public long Received { get; set; }

    /// <summary>Packets known not to have come. Falls when a late one comes.</summary>
    public long Lost { get; set; }

    /// <summary>Of the lost, those whose text came in no other copy either. For netconsole, which sends once, all of them.</summary>
    public long LostText { get; set; }

    /// <summary>Packets that came again.</summary>
    public long Duplicates { get; set; }

    /// <summary>Packets that came after one that was sent later.</summary>
    public long Reordered { get; set; }

    /// <summary>Of the received, those of senders whose packets do not tell whether others are missing.</summary>
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
