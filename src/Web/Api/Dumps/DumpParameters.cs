using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Mayday.Protocol;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Mvc;

namespace Mayday.Web.Api.Dumps;

/// <summary>The query of POST /dumps: what the log itself does not say.</summary>
internal sealed record DumpParameters
{
    [FromQuery(Name = "host"), Description("Name or address of the machine that wrote the log; the sender's address where left out.")]
    public string? Host { get; init; }

    [FromQuery(Name = "kernelRelease"), Description("As `uname -r` says it, where the log does not.")]
    public string? KernelRelease { get; init; }

    [FromQuery(Name = "bootId"), Description("Identifies the boot, such as /proc/sys/kernel/random/boot_id.")]
    public string? BootId { get; init; }

    [FromQuery(Name = "time"), Description("When it happened: ISO 8601 (UTC), or how long ago: 90s, 30m, 2h, 7d, 4w. Now where left out.")]
    public string? Time { get; init; }

    /// <summary>Longest DNS name (RFC 1035, 2.3.4).</summary>
    private const int MaxHost = 253;

    /// <summary>utsname.release holds 64 characters.</summary>
    private const int MaxRelease = 64;

    /// <summary>A uuid has 36; senders with their own scheme get some room.</summary>
    private const int MaxBootId = 64;

    public DumpOrigin Read(ParameterReader reader, IPAddress? sender)
    {
        return new DumpOrigin(
            ReadHost(reader, Host, sender),
            reader.Text("kernelRelease", KernelRelease, MaxRelease),
            reader.Text("bootId", BootId, MaxBootId),
            reader.Time("time", Time));
    }

    /// <summary>Which machine an upload is of: as said, else the one that sends.</summary>
    public static HostClaim ReadHost(ParameterReader reader, string? host, IPAddress? sender)
    {
        if (host is null && sender is null)
        {
            reader.Refuse("host", "host is left out and the request has no source address: say which machine this is of.");
        }

        return ClaimOf(reader.Text("host", host, MaxHost), sender);
    }

    /// <summary>
    /// A log that is handed in for another machine says nothing about the sender's address, so the address is claimed only where no name
    /// is given; a name that is an address stands for the machine known by that address.
    /// </summary>
    private static HostClaim ClaimOf(string? host, IPAddress? sender)
    {
        if (host is null)
        {
            return new HostClaim(sender is { IsIPv4MappedToIPv6: true } ? sender.MapToIPv4() : sender, Port: null);
        }

        // "1" is a name here, not 0.0.0.1.
        return IPAddress.TryParse(host, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || host.Count(letter => letter == '.') == 3)
            ? new HostClaim(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, Port: null)
            : new HostClaim(Address: null, Port: null, host);
    }
}
