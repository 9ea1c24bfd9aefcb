namespace Mayday.Store.Schema;

/// <summary>
/// A machine. It is found by its machine id, otherwise by the name it claims, otherwise by its address. A host may have all three.
/// </summary>
public sealed class HostRow
{
    public Guid Id { get; set; }

    /// <summary>The displayed name: the claimed name, otherwise the address.</summary>
    public required string Name { get; set; }

    public string? MachineId { get; set; }

    public string? ClaimedName { get; set; }

    /// <summary>Set for hosts that are known only by an address.</summary>
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

/// <summary>An address that a host sent from.</summary>
public sealed class HostAddressRow
{
    public Guid HostId { get; set; }

    public required string Address { get; set; }

    public string? ClaimedName { get; set; }

    /// <summary>When a dump from this address last named its host. Used to resolve dumps without a name.</summary>
    public DateTimeOffset? NamedAt { get; set; }

    public DateTimeOffset FirstSeen { get; set; }

    public DateTimeOffset LastSeen { get; set; }
}
