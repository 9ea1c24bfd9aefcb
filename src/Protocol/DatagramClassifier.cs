using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;

namespace Mayday.Protocol;

/// <summary>Recognises the format of a datagram by its content, whichever port it arrived on. The answer names the parser to use, not
/// whether that parser will accept the datagram: a malformed netoops packet is still netoops, so that it is refused with its reason and not
/// shown as a line of text.</summary>
public static class DatagramClassifier
{
    // Console text never begins with one of these control bytes (TAB, 9, is the first that it may begin with). Future versions of netoops,
    // byte-swapped ones and truncated packets begin with them. So does Red Hat's netdump (4 or 5), which shares netconsole's port and is
    // not supported.
    private const byte LastBinaryLead = 0x08;

    /// <summary>Names the format of a datagram. Allocates nothing and never throws.</summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>The format; <see cref="DatagramFormat.Unknown"/> only for an empty datagram.</returns>
    public static DatagramFormat Classify(ReadOnlySpan<byte> datagram)
    {
        var format = ClassifyLead(datagram);
        return format == DatagramFormat.NetconsoleBasic && ExtendedPacket.HasExtendedHeader(datagram) ? DatagramFormat.NetconsoleExtended : format;
    }

    /// <summary>Names the format as far as the first bytes show it. Text is always reported as basic netconsole: whether it has the
    /// extended header is left to the parser, so that a caller that parses anyway does not read the header twice.</summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>The format; never <see cref="DatagramFormat.NetconsoleExtended"/>.</returns>
    public static DatagramFormat ClassifyLead(ReadOnlySpan<byte> datagram)
    {
        if (datagram.IsEmpty)
        {
            return DatagramFormat.Unknown;
        }

        // The version of netoops. A netlink frame of evlog cannot begin with these bytes, because its length is a multiple of four.
        if (datagram.StartsWith((ReadOnlySpan<byte>)[3, 0]))
        {
            return DatagramFormat.Netoops;
        }

        if (EvlogFrame.IsCandidate(datagram) || EvlogFrame.IsShapedLikeFrame(datagram))
        {
            return DatagramFormat.Evlog;
        }

        if (datagram[0] <= LastBinaryLead)
        {
            return DatagramFormat.Netoops;
        }

        return DatagramFormat.NetconsoleBasic;
    }
}
