using System.Net;
using Mayday.Protocol;

namespace Mayday.Store.Hosts;

/// <summary>What is known of who sent something, cleaned: what a host is found by (<see cref="HostResolver"/>), and the host once it is found.</summary>
internal class HostEvidence(HostClaim claim, Transport transport, DateTimeOffset receivedAt)
{
    /// <summary>Stands for the address of what came without one.</summary>
    public const string UnknownAddress = "unknown";

    public DateTimeOffset ReceivedAt { get; } = receivedAt.ToUniversalTime();

    /// <summary>Arrival of the last thing it stands for: several events of one sender share their evidence.</summary>
    public DateTimeOffset LastAt { get; set; } = receivedAt.ToUniversalTime();

    public string? ClaimedName { get; } = StoredText.CleanOrNull(claim.Name?.Trim(), StoredText.MaxName);

    public string? MachineId { get; } = StoredText.CleanOrNull(claim.MachineId?.Trim(), StoredText.MaxName);

    public string? SourceAddress { get; } = Canonical(claim.Address);

    public bool IsNamed => ClaimedName is not null || MachineId is not null;

    /// <summary>
    /// The address as evidence of who sent: none for an upload that names its host, since anyone may upload for any machine.
    /// </summary>
    public string? Address => transport == Transport.Http && IsNamed ? null : SourceAddress;

    public string AddressOrUnknown => SourceAddress ?? UnknownAddress;

    /// <summary>Set by <see cref="HostResolver"/>.</summary>
    public Guid HostId { get; set; }

    /// <summary>IPv4 senders are shown dotted, whatever socket they came through; interface scopes are local to the collector.</summary>
    public static string? Canonical(IPAddress? address) => address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, ScopeId: not 0 } => new IPAddress(address.GetAddressBytes()).ToString(),
        _ => address.ToString(),
    };
}
