using System.Net;
using Mayday.Protocol;

namespace Mayday.Store.Hosts;

/// <summary>
/// What is known about a sender, cleaned. <see cref="HostResolver"/> uses it to find the host and stores the result here.
/// </summary>
internal class HostEvidence(HostClaim claim, Transport transport, DateTimeOffset receivedAt)
{
    /// <summary>Replaces the address if there is none.</summary>
    public const string UnknownAddress = "unknown";

    public DateTimeOffset ReceivedAt { get; } = receivedAt.ToUniversalTime();

    /// <summary>Arrival of the last item: several events of one sender share their evidence.</summary>
    public DateTimeOffset LastAt { get; set; } = receivedAt.ToUniversalTime();

    public string? ClaimedName { get; } = StoredText.CleanOrNull(claim.Name?.Trim(), StoredText.MaxName);

    public string? MachineId { get; } = StoredText.CleanOrNull(claim.MachineId?.Trim(), StoredText.MaxName);

    public string? SourceAddress { get; } = Canonical(claim.Address);

    public bool IsNamed => ClaimedName is not null || MachineId is not null;

    /// <summary>
    /// The address, if it is evidence of the sender. Null for an upload that names its host, because anyone may upload for any machine.
    /// </summary>
    public string? Address => transport == Transport.Http && IsNamed ? null : SourceAddress;

    public string AddressOrUnknown => SourceAddress ?? UnknownAddress;

    /// <summary>Set by <see cref="HostResolver"/>.</summary>
    public Guid HostId { get; set; }

    /// <summary>
    /// IPv4 senders are written in dotted form, whatever socket they used. Interface scopes are removed: they are local to the collector.
    /// </summary>
    public static string? Canonical(IPAddress? address) => address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, ScopeId: not 0 } => new IPAddress(address.GetAddressBytes()).ToString(),
        _ => address.ToString(),
    };
}
