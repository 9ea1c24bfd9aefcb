using System.Buffers.Binary;

namespace Mayday.Protocol.Evlog;

/// <summary>Recognises evlog records relayed over UDP: each in its netlink frame (<c>struct nlmsghdr</c>, 16 bytes, then the record), or
/// without frames when they were read from the kernel by system call. This class only distinguishes formats; <see cref="EvlogReader"/>
/// reads the records. Source: the evlog and kerror patches of July 2003.</summary>
public static class EvlogFrame
{
    /// <summary>UDP port on which Mayday receives relayed records. evlog itself had no UDP port.</summary>
    public const int DefaultPort = 2005;

    internal const int NetlinkHeaderLength = 16;
    internal const int NetlinkTypeOffset = 4;
    internal const int NetlinkPidOffset = 12;
    internal const int ShortestHeader = 48;

    private const ushort LastDrainedVersion = 3;

    /// <summary>Tells whether a datagram begins with a sound record, framed or drained.</summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>True when the first record is one that <see cref="EvlogReader"/> accepts.</returns>
    public static bool IsCandidate(ReadOnlySpan<byte> datagram)
    {
        if (EvlogRecord.TryParseFrame(datagram, out _, out _, out _))
        {
            return true;
        }

        if (!IsDrained(datagram, out _))
        {
            return false;
        }

        var reader = new EvlogReader(datagram);
        return reader.MoveNext() && reader.Reason == PacketRejectReason.None;
    }

    /// <summary>
    /// Tells whether a datagram claims to hold records: the magic behind a netlink header whose type, flags and sequence are 0, as evlog
    /// always sent it, or magic and a known version at its very beginning. Such bytes are never console text, so what is shaped like this
    /// but is no <see cref="IsCandidate">candidate</see> is refused with a reason.
    /// </summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>True when it does.</returns>
    public static bool IsShapedLikeFrame(ReadOnlySpan<byte> datagram) =>
        (datagram.Length > NetlinkHeaderLength && EvlogRecord.TryReadMagic(datagram[NetlinkHeaderLength..], out _)
            && !datagram[NetlinkTypeOffset..NetlinkPidOffset].ContainsAnyExcept((byte)0))
        || IsDrained(datagram, out _);

    /// <summary>Tells whether the bytes begin like a record without a frame: the magic, then version 1 to 3 in the same byte order.</summary>
    internal static bool IsDrained(ReadOnlySpan<byte> datagram, out bool isBigEndian) =>
        EvlogRecord.TryReadMagic(datagram, out isBigEndian) && EvlogRecord.ReadVersion(datagram, isBigEndian) is > 0 and <= LastDrainedVersion;
}
