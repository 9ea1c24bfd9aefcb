namespace Mayday.Protocol.Evlog;

/// <summary>The header fields of a record, for <see cref="EvlogWriter"/>. Fields that a layout does not have are not written.</summary>
public sealed record EvlogHeader
{
    /// <summary>Driver or subsystem: 1 to 15 printable ASCII characters. The oldest layouts carry its code (<see
    /// cref="EvlogFacility.CodeOf"/>).</summary>
    public required string Facility { get; init; }

    /// <summary>The severity.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Format of the variable part.</summary>
    public required EvlogFormat Format { get; init; }

    /// <summary>The facility's own number for this kind of event; 0 with <see cref="EvlogFlags.EventTypeCrc"/>.</summary>
    public int EventType { get; init; }

    /// <summary>Flags as they go on the wire; <see cref="EvlogFlags.Truncate"/> is added where the variable part had to be cut.</summary>
    public EvlogFlags Flags { get; init; } = EvlogFlags.KernelEvent;

    /// <summary>CPU.</summary>
    public int Processor { get; init; }

    /// <summary>User id.</summary>
    public uint Uid { get; init; }

    /// <summary>Group id.</summary>
    public uint Gid { get; init; }

    /// <summary>Process id; also <c>nlmsg_pid</c> of the frame.</summary>
    public int Pid { get; init; }

    /// <summary>Process group.</summary>
    public int Pgrp { get; init; }

    /// <summary>Seconds since the Unix epoch, in the layouts that have a time.</summary>
    public long Seconds { get; init; }

    /// <summary>0 to 999,999,999, in the layouts that have a time.</summary>
    public int Nanoseconds { get; init; }
}
