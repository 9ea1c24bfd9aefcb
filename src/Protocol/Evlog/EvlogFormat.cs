namespace Mayday.Protocol.Evlog;

/// <summary>What the variable part of an evlog record holds: the numbers of <c>POSIX_LOG_*</c>, as on the wire.</summary>
public enum EvlogFormat : byte
{
    /// <summary>Nothing: the header says it all.</summary>
    NoData = 0,

    /// <summary>Bytes whose meaning only a template of the facility and event type knows.</summary>
    Binary = 1,

    /// <summary>Text, usually with its NUL.</summary>
    String = 2,

    /// <summary>A format string, then its arguments, packed.</summary>
    Printf = 3,
}
