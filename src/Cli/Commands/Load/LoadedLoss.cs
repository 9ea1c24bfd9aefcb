namespace Mayday.Cli.Commands.Load;

/// <summary>What the collector says of one machine's packets; null where it says that nobody can know.</summary>
internal readonly record struct LoadedLoss(long Received, long? Lost, long? LostText, long Duplicates, long Reordered, long Unknowable)
{
    /// <summary>What came since an earlier look.</summary>
    public LoadedLoss Since(LoadedLoss before) => new(
        Received - before.Received,
        Lost is null ? null : Lost - (before.Lost ?? 0),
        LostText is null ? null : LostText - (before.LostText ?? 0),
        Duplicates - before.Duplicates,
        Reordered - before.Reordered,
        Unknowable - before.Unknowable);
}
