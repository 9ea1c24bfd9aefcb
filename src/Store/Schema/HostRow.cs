namespace Mayday.Store.Schema;

/// <summary>A machine. It is found by its machine id, else by the name it claims, else by its address; a host may have all three.</summary>
public sealed class HostRow
{
    public Guid Id { get; set; }

    /// <summary>What people read: the claimed name, else the address.</summary>
    public required string Name { get; set; }

    public string? MachineId { get; set; }

    public string? ClaimedName { get; set; }

    /// <summary>Set for hosts that are known by nothing but an address.</summary>
    public string? AddressKey { get; set; }

    public string? KernelRelease { get; set; }

    public long CrashCount { get; set; }

    public long DumpCount { get; set; }

    public long PartialDumpCount { get; set; }

    public long EventCount { get; set; }

    public DateTimeOffset FirstSeen { get; set; }

    public DateTimeOffset LastSeen { get; set; }

    public DateTimeOffset? LastCrashAt { get; set; }

    public string? LastCrashTitle { get; set; }

    public DateTimeOffset? LastEventAt { get; set; }
}

/// <summary>An address a host sent from.</summary>
public sealed class HostAddressRow
{
    public Guid HostId { get; set; }

    public required string Address { get; set; }

    public string? ClaimedName { get; set; }

    /// <summary>When a dump from this address last said which host it was; what nameless dumps are resolved by.</summary>
    public DateTimeOffset? NamedAt { get; set; }

    public DateTimeOffset FirstSeen { get; set; }

    public DateTimeOffset LastSeen { get; set; }
}
