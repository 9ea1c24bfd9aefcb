using System.Buffers.Binary;
using System.Text;

namespace Mayday.Protocol.Evlog;

/// <summary>Writes evlog records as the kernels of the patches sent them, in any layout and byte order, with or without a netlink frame.</summary>
public static class EvlogWriter
{
    private const int FacilityCharacters = EvlogOffsets.FacilityLength - 1;

    /// <summary>Bytes a frame takes: netlink header, record, padding to a multiple of four.</summary>
    /// <param name="layout">The record's layout.</param>
    /// <param name="variableLength">Bytes of the variable part.</param>
    public static int FrameLength(EvlogLayout layout, int variableLength) =>
        EvlogRecord.Align(EvlogFrame.NetlinkHeaderLength + RecordLength(layout, variableLength));

    /// <summary>Bytes a record takes without a frame.</summary>
    /// <param name="layout">The record's layout.</param>
    /// <param name="variableLength">Bytes of the variable part.</param>
    public static int RecordLength(EvlogLayout layout, int variableLength) =>
        EvlogOffsets.Of(layout).Length + Math.Min(variableLength, EvlogRecord.MaxVariableLength);

    /// <summary>Writes a netlink frame: <c>nlmsghdr</c> with type, flags and sequence 0, the record, padding. Every byte of the frame is
    /// written.</summary>
    /// <param name="header">What the record says.</param>
    /// <param name="variable">The variable part; cut at <see cref="EvlogRecord.MaxVariableLength"/>, as senders do.</param>
    /// <param name="layout">Header layout.</param>
    /// <param name="isBigEndian">Byte order of everything, the frame's length included.</param>
    /// <param name="destination">At least <see cref="FrameLength"/> bytes.</param>
    /// <returns>Bytes written: what stands in <c>nlmsg_len</c>.</returns>
    /// <exception cref="ArgumentException">The facility is no 1 to 15 printable ASCII characters, or the destination is too short.</exception>
    public static int WriteFrame(EvlogHeader header, ReadOnlySpan<byte> variable, EvlogLayout layout, bool isBigEndian, Span<byte> destination)
    {
        var length = FrameLength(layout, variable.Length);
        if (destination.Length < length)
        {
            throw new ArgumentException($"A frame of {length} bytes does not fit {destination.Length}.", nameof(destination));
        }

        var frame = destination[..length];
        frame.Clear();
        var write = new FieldWriter(frame, isBigEndian);
        write.Int32(0, length);
        write.Int32(EvlogFrame.NetlinkPidOffset, header.Pid);
        WriteRecord(header, variable, layout, isBigEndian, frame[EvlogFrame.NetlinkHeaderLength..]);
        return length;
    }

    /// <summary>Writes a record without a frame, as a read by system call gives it.</summary>
    /// <param name="header">What the record says.</param>
    /// <param name="variable">The variable part; cut at <see cref="EvlogRecord.MaxVariableLength"/>.</param>
    /// <param name="layout">Header layout.</param>
    /// <param name="isBigEndian">Byte order.</param>
    /// <param name="destination">At least <see cref="RecordLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The facility is no 1 to 15 printable ASCII characters, or the destination is too short.</exception>
    public static int WriteRecord(EvlogHeader header, ReadOnlySpan<byte> variable, EvlogLayout layout, bool isBigEndian, Span<byte> destination)
    {
        if (header.Facility.Length is 0 or > FacilityCharacters || header.Facility.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"'{header.Facility}' is no facility: 1 to {FacilityCharacters} printable ASCII characters.", nameof(header));
        }

        var flags = header.Flags;
        if (variable.Length > EvlogRecord.MaxVariableLength)
        {
            variable = variable[..EvlogRecord.MaxVariableLength];
            flags |= EvlogFlags.Truncate;
        }

        ref readonly var offsets = ref EvlogOffsets.Of(layout);
        var length = offsets.Length + variable.Length;
        if (destination.Length < length)
        {
            throw new ArgumentException($"A record of {length} bytes does not fit {destination.Length}.", nameof(destination));
        }

        var record = destination[..length];
        record[..offsets.Length].Clear();
        var write = new FieldWriter(record, isBigEndian);
        write.UInt16(EvlogOffsets.MagicOffset, EvlogRecord.Magic);
        write.UInt16(EvlogOffsets.VersionOffset, offsets.Version);
        write.UInt16(offsets.Size, (ushort)variable.Length);
        record[offsets.Format] = (byte)header.Format;
        record[offsets.Severity] = (byte)header.Severity;
        write.Int32(offsets.EventType, header.EventType);
        write.Int32(offsets.Flags, (int)flags);
        write.Int32(offsets.Processor, header.Processor);
        write.Int32(offsets.Uid, (int)header.Uid);
        write.Int32(offsets.Gid, (int)header.Gid);
        write.Int32(offsets.Pid, header.Pid);
        write.Int32(offsets.Pgrp, header.Pgrp);
        if (offsets.Facility >= 0)
        {
            Encoding.ASCII.GetBytes(header.Facility, record[offsets.Facility..]);
        }

        if (offsets.FacilityCode >= 0)
        {
            write.Int32(offsets.FacilityCode, (int)EvlogFacility.CodeOf(header.Facility));
        }

        if (offsets.SecondsWidth == sizeof(int))
        {
            write.Int32(offsets.Seconds, (int)header.Seconds);
        }

        if (offsets.SecondsWidth == sizeof(long))
        {
            write.Int64(offsets.Seconds, header.Seconds);
        }

        if (offsets.Nanoseconds >= 0)
        {
            write.Int32(offsets.Nanoseconds, header.Nanoseconds);
        }

        variable.CopyTo(record[offsets.Length..]);
        return length;
    }

    private readonly ref struct FieldWriter(Span<byte> bytes, bool isBigEndian)
    {
        private readonly Span<byte> _bytes = bytes;

        public void UInt16(int offset, ushort value)
        {
            if (isBigEndian)
            {
                BinaryPrimitives.WriteUInt16BigEndian(_bytes[offset..], value);
            }
            else
            {
                BinaryPrimitives.WriteUInt16LittleEndian(_bytes[offset..], value);
            }
        }

        public void Int32(int offset, int value)
        {
            if (isBigEndian)
            {
                BinaryPrimitives.WriteInt32BigEndian(_bytes[offset..], value);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(_bytes[offset..], value);
            }
        }

        public void Int64(int offset, long value)
        {
            if (isBigEndian)
            {
                BinaryPrimitives.WriteInt64BigEndian(_bytes[offset..], value);
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(_bytes[offset..], value);
            }
        }
    }
}
