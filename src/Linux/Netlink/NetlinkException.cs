using System.Runtime.InteropServices;

namespace Mayday.Linux.Netlink;

/// <summary>A netlink socket that the kernel refuses.</summary>
public sealed class NetlinkException : Exception
{
    /// <summary>EPERM: groups need CAP_NET_ADMIN, but for protocols that allow anybody.</summary>
    public const int NotPermitted = 1;

    /// <summary>EPROTONOSUPPORT: no module of this kernel has registered the protocol.</summary>
    public const int NotSupported = 93;

    internal const int Interrupted = 4;
    internal const int Again = 11;
    internal const int NoBuffers = 105;
    internal const int ConnectionRefused = 111;

    internal NetlinkException(int error, string doing)
        : base($"Cannot {doing} a netlink socket: {Marshal.GetPInvokeErrorMessage(error)}.") => Error = error;

    /// <summary>The kernel's error number (<c>errno</c>).</summary>
    public int Error { get; }
}
