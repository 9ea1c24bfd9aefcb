namespace Mayday.Cli.Commands.Load;

/// <summary>The collector's packet counts for one machine. Null where the losses are unknowable.</summary>
internal readonly record struct LoadedLoss(long Received, long? Lost, long? LostText, long Duplicates, long Reordered, long Unknowable)
{
    /// <summary>Returns the increase since an earlier reading.</summary>
    public LoadedLoss Since(LoadedLoss before) => new(
        Received - before.Received,
        Lost is null ? null : Lost - (before.Lost ?? 0),
        LostText is null ? null : LostText - (before.LostText ?? 0),
        Duplicates - before.Duplicates,
        Reordered - before.Reordered,
        Unknowable - before.Unknowable);
}
