using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;

namespace Mayday.Protocol;

/// <summary>
/// Tells by its content what a datagram is, whichever port it came to. The answer names the parser that must judge it, not that the parser
/// will accept it: a malformed netoops packet is still netoops, so that it is refused with its reason and not shown as a line of text.
/// </summary>
public static class DatagramClassifier
{
    // Console text never begins with one of these control bytes (TAB, at 9, is the first that it may). Versions of netoops to come, byte-swapped
    // ones and cut packets begin with them; so does Red Hat's netdump (4 or 5), which shares netconsole's port and is not ours to read.
    private const byte LastBinaryLead = 0x08;

    /// <summary>Names the format of a datagram. Allocates nothing and never throws.</summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>The format; <see cref="DatagramFormat.Unknown"/> only for an empty datagram.</returns>
    public static DatagramFormat Classify(ReadOnlySpan<byte> datagram)
    {
        var format = ClassifyLead(datagram);
        return format == DatagramFormat.NetconsoleBasic && ExtendedPacket.HasExtendedHeader(datagram) ? DatagramFormat.NetconsoleExtended : format;
    }

    /// <summary>
    /// Names the format as far as the first bytes tell it. Text is basic netconsole here; whether it has the header of the extended format, its
    /// parser tells, and who parses anyway need not read the header twice.
    /// </summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>The format; never <see cref="DatagramFormat.NetconsoleExtended"/>.</returns>
    public static DatagramFormat ClassifyLead(ReadOnlySpan<byte> datagram)
    {
        if (datagram.IsEmpty)
        {
            return DatagramFormat.Unknown;
        }

        // The version of netoops. A netlink frame of evlog cannot begin so: its length is a multiple of four.
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
