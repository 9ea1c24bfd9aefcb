using System.Net;

namespace Mayday.Protocol;

/// <summary>What a sender says about itself. None of it is verified. The strongest claim is used: machine id of an enrolled agent, then the
/// name, then the address.</summary>
/// <param name="Address">Source address of the datagram or of the request; null when unknown.</param>
/// <param name="Port">Source port, 0 to 65535; null when unknown.</param>
/// <param name="Name">Host name from <c>host=</c> in user data or from the request.</param>
/// <param name="MachineId">Machine id that an agent sends.</param>
public sealed record HostClaim(IPAddress? Address, int? Port, string? Name = null, string? MachineId = null);
