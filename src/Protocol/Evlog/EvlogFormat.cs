namespace Mayday.Protocol.Evlog;

/// <summary>Format of the variable part of an evlog record: the numbers of <c>POSIX_LOG_*</c>, as on the wire.</summary>
public enum EvlogFormat : byte
{
    /// <summary>No variable part.</summary>
    NoData = 0,

    /// <summary>Binary data; a template for the facility and event type is needed to interpret it.</summary>
    Binary = 1,

    /// <summary>Text, usually with its NUL.</summary>
    String = 2,

    /// <summary>A format string, then its arguments, packed.</summary>
    Printf = 3,
}
