namespace Mayday.Protocol;

/// <summary>The severity of a record: the kernel's log levels, which syslog and evlog use as well. The low three bits of a
/// priority.</summary>
public enum Severity : byte
{
    /// <summary>KERN_EMERG: the system is unusable.</summary>
    Emergency = 0,

    /// <summary>KERN_ALERT: somebody must act now.</summary>
    Alert = 1,

    /// <summary>KERN_CRIT.</summary>
    Critical = 2,

    /// <summary>KERN_ERR.</summary>
    Error = 3,

    /// <summary>KERN_WARNING.</summary>
    Warning = 4,

    /// <summary>KERN_NOTICE.</summary>
    Notice = 5,

    /// <summary>KERN_INFO.</summary>
    Informational = 6,

    /// <summary>KERN_DEBUG.</summary>
    Debug = 7,
}
