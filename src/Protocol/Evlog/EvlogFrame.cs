using System.Buffers.Binary;

namespace Mayday.Protocol.Evlog;

/// <summary>
/// Recognises an evlog record in its netlink frame, relayed over UDP: <c>struct nlmsghdr</c> (16 bytes), <c>struct kern_log_entry</c> (52
/// bytes as sent over netlink, 60 or 72 as drained by system call), then <c>log_size</c> bytes. Integers are in the sender's byte order,
/// which the record's magic tells. Source: the evlog and kerror patches of July 2003.
/// </summary>
public static class EvlogFrame
{
    /// <summary>UDP port Mayday takes relayed frames on; evlog itself never had one.</summary>
    public const int DefaultPort = 2005;

    internal const int NetlinkHeaderLength = 16;
    internal const int MagicOffset = NetlinkHeaderLength;
    internal const ushort Magic = 0x7af8;
    internal const int MaxVariableLength = 8192;

    private const int ShortestHeader = 52;
    private const int FacilityLength = 16;
    private const int NetlinkTypeOffset = 4;
    private const int NetlinkPidOffset = 12;

    /// <summary>
    /// Tells whether a datagram begins with the frame of a record, in any of the four known header layouts. Nothing of the record is
    /// understood here; this is for telling formats apart.
    /// </summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>True when length, magic, format, severity and facility of one layout agree.</returns>
    public static bool IsCandidate(ReadOnlySpan<byte> datagram)
    {
        if (!HasMagic(datagram, out var isLittleEndian))
            return false;
        var frameLength = isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(datagram) : BinaryPrimitives.ReadUInt32BigEndian(datagram);
        if (frameLength > (uint)datagram.Length || frameLength < NetlinkHeaderLength + ShortestHeader)
            return false;

        var record = datagram[NetlinkHeaderLength..(int)frameLength];
        //             header  size  format  severity  facility
        return Fits(record, 52, 4, 6, 7, 36, isLittleEndian)
            || Fits(record, 52, 20, 22, 23, 4, isLittleEndian)
            || Fits(record, 60, 4, 6, 7, 44, isLittleEndian)
            || Fits(record, 72, 4, 6, 7, 52, isLittleEndian);
    }

    /// <summary>
    /// Tells whether a datagram claims to be such a frame: the record's magic behind a netlink header whose type, flags and sequence are 0, as
    /// evlog always sent it. Such bytes are never console text, so a frame that is shaped like this but is no
    /// <see cref="IsCandidate">candidate</see> is refused as <see cref="PacketRejectReason.EvlogMalformed"/>.
    /// </summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>True when it does.</returns>
    public static bool IsShapedLikeFrame(ReadOnlySpan<byte> datagram) =>
        HasMagic(datagram, out _) && !datagram[NetlinkTypeOffset..NetlinkPidOffset].ContainsAnyExcept((byte)0);

    private static bool HasMagic(ReadOnlySpan<byte> datagram, out bool isLittleEndian)
    {
        isLittleEndian = false;
        if (datagram.Length < MagicOffset + sizeof(ushort))
            return false;
        isLittleEndian = BinaryPrimitives.ReadUInt16LittleEndian(datagram[MagicOffset..]) == Magic;
        return isLittleEndian || BinaryPrimitives.ReadUInt16BigEndian(datagram[MagicOffset..]) == Magic;
    }

    private static bool Fits(
        ReadOnlySpan<byte> record, int headerLength, int sizeOffset, int formatOffset, int severityOffset, int facilityOffset, bool isLittleEndian)
    {
        if (record.Length < headerLength || record[formatOffset] > 3 || record[severityOffset] > 7)
            return false;
        var size = isLittleEndian
            ? BinaryPrimitives.ReadUInt16LittleEndian(record[sizeOffset..])
            : BinaryPrimitives.ReadUInt16BigEndian(record[sizeOffset..]);
        var length = headerLength + size;
        return size <= MaxVariableLength
            && (record.Length == length || record.Length == ((length + 3) & ~3))
            && IsFacility(record.Slice(facilityOffset, FacilityLength));
    }

    private static bool IsFacility(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end > 0 && !field[..end].ContainsAnyExceptInRange((byte)' ', (byte)'~');
    }
}
