namespace Mayday.Collector.Journal;

/// <summary>Flags of entries that are about a netconsole stream.</summary>
internal static class StreamFlags
{
    public const byte Extended = 1;

    /// <summary>The window goes on where a full one ended.</summary>
    public const byte Continuation = 2;

    /// <summary>The sender began again.</summary>
    public const byte Restarted = 4;

    /// <summary>The sender lets every level through.</summary>
    public const byte EveryLevel = 8;
}
