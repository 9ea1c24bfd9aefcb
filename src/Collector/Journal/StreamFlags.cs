namespace Mayday.Collector.Journal;

/// <summary>Flags of entries about a netconsole stream.</summary>
internal static class StreamFlags
{
    public const byte Extended = 1;

    /// <summary>The window continues a full one.</summary>
    public const byte Continuation = 2;

    /// <summary>The sender restarted.</summary>
    public const byte Restarted = 4;

    /// <summary>The sender's console level lets every message through.</summary>
    public const byte EveryLevel = 8;
}
