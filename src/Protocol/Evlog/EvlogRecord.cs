using System.Buffers.Binary;

namespace Mayday.Protocol.Evlog;

/// <summary>One evlog record (<c>struct kern_log_entry</c> and its variable part): a view of the bytes that it was parsed from. Parsing
/// allocates nothing and never throws. All integers are in the sender's byte order, which the magic number shows; text is as the sender
/// wrote it. For several records in one buffer use <see cref="EvlogReader"/>.</summary>
public readonly ref struct EvlogRecord
{
    /// <summary>Longest variable part, bytes: senders cut there and set <see cref="EvlogFlags.Truncate"/>.</summary>
    public const int MaxVariableLength = 8192;

    /// <summary>Longest frame, bytes: netlink header, the longest record header, the longest variable part.</summary>
    public const int MaxFrameLength = EvlogFrame.NetlinkHeaderLength + 72 + MaxVariableLength;

    internal const ushort Magic = 0x7af8;

    private const int NanosecondsPerSecond = 1_000_000_000;

    private readonly ReadOnlySpan<byte> _record;

    private EvlogRecord(ReadOnlySpan<byte> record, EvlogLayout layout, bool isBigEndian)
    {
        _record = record;
        Layout = layout;
        IsBigEndian = isBigEndian;
    }

    /// <summary>Which header layout the record has.</summary>
    public EvlogLayout Layout { get; }

    /// <summary>The sender's byte order, of header and arguments.</summary>
    public bool IsBigEndian { get; }

    /// <summary><c>log_kversion</c>: 3, or 1 and 2 in the oldest drained layouts; netlink records may say anything.</summary>
    public ushort Version => ReadUInt16(_record[EvlogOffsets.VersionOffset..], IsBigEndian);

    /// <summary>Format of the variable part.</summary>
    public EvlogFormat Format => (EvlogFormat)_record[Offsets.Format];

    /// <summary>The severity; senders turn anything outside 0 to 7 into a warning.</summary>
    public Severity Severity => (Severity)_record[Offsets.Severity];

    /// <c>log_event_type</c> as sent; see <see cref="ComputeEventType"/>.
    public int RawEventType => ReadInt32(Offsets.EventType);

    /// <summary>Unknown bits are kept.</summary>
    public EvlogFlags Flags => (EvlogFlags)ReadInt32(Offsets.Flags);

    /// <summary>The CPU that wrote it.</summary>
    public int Processor => ReadInt32(Offsets.Processor);

    /// <summary>User id of the task, or of the interrupted one.</summary>
    public uint Uid => (uint)ReadInt32(Offsets.Uid);

    /// <summary>Group id of the task.</summary>
    public uint Gid => (uint)ReadInt32(Offsets.Gid);

    /// <summary>Process id of the task, or of the interrupted one.</summary>
    public int Pid => ReadInt32(Offsets.Pid);

    /// <summary>Process group of the task.</summary>
    public int Pgrp => ReadInt32(Offsets.Pgrp);

    /// <summary>Driver or subsystem: 1 to 15 printable ASCII characters; empty in the layouts that carry <see cref="FacilityCode"/>
    /// instead.</summary>
    public ReadOnlySpan<byte> Facility
    {
        get
        {
            if (Offsets.Facility < 0)
            {
                return default;
            }

            var name = _record.Slice(Offsets.Facility, EvlogOffsets.FacilityLength);
            return name[..name.IndexOf((byte)0)];
        }
    }

    /// <summary>The facility as a number, in the oldest layouts; null where it is a name. <see cref="EvlogFacility.NameOf"/> knows the
    /// common ones.</summary>
    public uint? FacilityCode => Offsets.FacilityCode < 0 ? null : (uint)ReadInt32(Offsets.FacilityCode);

    /// <summary>Whole seconds since the Unix epoch by the sender's clock; null in the netlink layouts, which carry no time.</summary>
    public long? Seconds => Offsets.SecondsWidth switch
    {
        0 => null,
        sizeof(int) => ReadInt32(Offsets.Seconds),
        _ => IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(_record[Offsets.Seconds..]) : BinaryPrimitives.ReadInt64LittleEndian(_record[Offsets.Seconds..]),
    };

    /// <summary>0 to 999,999,999; null where <see cref="Seconds"/> is.</summary>
    public int? Nanoseconds => Offsets.Nanoseconds < 0 ? null : ReadInt32(Offsets.Nanoseconds);

    /// <summary>Size of the sender's long and pointer in bytes, where the layout shows it: 4 or 8; null in the netlink layouts.</summary>
    public int? WordSize => Offsets.WordSize == 0 ? null : Offsets.WordSize;

    /// <summary>The <c>log_size</c> bytes behind the header: at most <see cref="MaxVariableLength"/>.</summary>
    public ReadOnlySpan<byte> Variable => _record[Offsets.Length..];

    private ref readonly EvlogOffsets Offsets => ref EvlogOffsets.Of(Layout);

    /// <summary>The event type: the CRC of the text or format string where the sender left that to the receiver (<see
    /// cref="EvlogFlags.EventTypeCrc"/>, text formats only), otherwise the value as sent.</summary>
    public int ComputeEventType() => (Flags & EvlogFlags.EventTypeCrc) != 0 && Format is EvlogFormat.String or EvlogFormat.Printf
        ? EvlogCrc.EventTypeOf(Variable)
        : RawEventType;

    /// <summary>The parsed variable part of a <see cref="EvlogFormat.Printf"/> record; meaningless for other formats.</summary>
    public PrintfBody ReadPrintf() => PrintfBody.Read(Variable, IsBigEndian, WordSize);

    /// <summary>Reads the netlink frame that the bytes begin with: <c>struct nlmsghdr</c>, then a record in any layout.</summary>
    /// <param name="bytes">A datagram, or what is left of one.</param>
    /// <param name="record">The record; default when refused.</param>
    /// <param name="consumed">Bytes up to the next frame, also of a refused one; everything where no next one can be found.</param>
    /// <param name="reason">Why it was refused, <see cref="PacketRejectReason.None"/> when it was not.</param>
    /// <returns>True when the frame's length, the record's size and the fields of exactly one layout agree.</returns>
    public static bool TryParseFrame(ReadOnlySpan<byte> bytes, out EvlogRecord record, out int consumed, out PacketRejectReason reason)
    {
        record = default;
        consumed = bytes.Length;
        if (bytes.Length < EvlogFrame.NetlinkHeaderLength + EvlogFrame.ShortestHeader)
        {
            reason = PacketRejectReason.EvlogTooShort;
            return false;
        }

        var hasMagic = TryReadMagic(bytes[EvlogFrame.NetlinkHeaderLength..], out var isBigEndian);
        var length = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length > (uint)bytes.Length)
        {
            reason = hasMagic ? PacketRejectReason.EvlogBeyondEnd : PacketRejectReason.EvlogNoMagic;
            return false;
        }

        if (length >= EvlogFrame.NetlinkHeaderLength)
        {
            consumed = Math.Min(bytes.Length, Align((int)length));
        }

        if (!hasMagic)
        {
            reason = PacketRejectReason.EvlogNoMagic;
            return false;
        }

        if (length < EvlogFrame.NetlinkHeaderLength + EvlogFrame.ShortestHeader)
        {
            reason = PacketRejectReason.EvlogTooShort;
            return false;
        }

        var payload = bytes[EvlogFrame.NetlinkHeaderLength..(int)length];
        if (FindLayout(payload, isBigEndian) is not { } layout)
        {
            reason = PacketRejectReason.EvlogMalformed;
            return false;
        }

        record = new EvlogRecord(payload[..(EvlogOffsets.Of(layout).Length + SizeOf(payload, layout, isBigEndian))], layout, isBigEndian);
        reason = PacketRejectReason.None;
        return true;
    }

    /// <summary>Reads a drained record of a known layout that the bytes begin with; no netlink header, no padding behind it.</summary>
    internal static bool TryParseDrained(
        ReadOnlySpan<byte> bytes, EvlogLayout layout, bool isBigEndian, out EvlogRecord record, out int consumed, out PacketRejectReason reason)
    {
        record = default;
        consumed = bytes.Length;
        ref readonly var offsets = ref EvlogOffsets.Of(layout);
        if (bytes.Length < offsets.Length)
        {
            reason = PacketRejectReason.EvlogTooShort;
            return false;
        }

        if (!HasFields(bytes, layout, isBigEndian) || !TryReadMagic(bytes, out var order) || order != isBigEndian)
        {
            reason = PacketRejectReason.EvlogMalformed;
            return false;
        }

        var length = offsets.Length + SizeOf(bytes, layout, isBigEndian);
        if (length > bytes.Length)
        {
            reason = PacketRejectReason.EvlogBeyondEnd;
            return false;
        }

        record = new EvlogRecord(bytes[..length], layout, isBigEndian);
        consumed = length;
        reason = PacketRejectReason.None;
        return true;
    }

    internal static bool TryReadMagic(ReadOnlySpan<byte> record, out bool isBigEndian)
    {
        isBigEndian = false;
        if (record.Length < sizeof(ushort))
        {
            return false;
        }

        isBigEndian = BinaryPrimitives.ReadUInt16BigEndian(record) == Magic;
        return isBigEndian || BinaryPrimitives.ReadUInt16LittleEndian(record) == Magic;
    }

    internal static ushort ReadVersion(ReadOnlySpan<byte> record, bool isBigEndian) =>
        record.Length < EvlogOffsets.VersionOffset + sizeof(ushort) ? (ushort)0 : ReadUInt16(record[EvlogOffsets.VersionOffset..], isBigEndian);

    internal static int Align(int length) => (length + 3) & ~3;

    // In order of preference: where several fit, the layout that was actually sent over netlink wins.
    private static EvlogLayout? FindLayout(ReadOnlySpan<byte> payload, bool isBigEndian)
    {
        for (var layout = EvlogLayout.Netlink; layout <= EvlogLayout.DrainedSecond64; layout++)
        {
            if (payload.Length < EvlogOffsets.Of(layout).Length || !HasFields(payload, layout, isBigEndian))
            {
                continue;
            }

            var length = EvlogOffsets.Of(layout).Length + SizeOf(payload, layout, isBigEndian);
            if (payload.Length == length || payload.Length == Align(length))
            {
                return layout;
            }
        }

        return null;
    }

    private static bool HasFields(ReadOnlySpan<byte> record, EvlogLayout layout, bool isBigEndian)
    {
        ref readonly var offsets = ref EvlogOffsets.Of(layout);
        if (record[offsets.Format] > (byte)EvlogFormat.Printf || record[offsets.Severity] > (byte)Severity.Debug || SizeOf(record, layout, isBigEndian) > MaxVariableLength)
        {
            return false;
        }

        if (offsets.Nanoseconds >= 0 && (uint)ReadInt32(record[offsets.Nanoseconds..], isBigEndian) >= NanosecondsPerSecond)
        {
            return false;
        }

        // A valid name is strong evidence. A layout without a name needs the right version; in the other layouts the version is no
        // evidence.
        return offsets.Facility >= 0
            ? IsFacility(record.Slice(offsets.Facility, EvlogOffsets.FacilityLength))
            : ReadVersion(record, isBigEndian) == offsets.Version;
    }

    private static bool IsFacility(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end > 0 && !field[..end].ContainsAnyExceptInRange((byte)' ', (byte)'~');
    }

    private static int SizeOf(ReadOnlySpan<byte> record, EvlogLayout layout, bool isBigEndian) => ReadUInt16(record[EvlogOffsets.Of(layout).Size..], isBigEndian);

    private static ushort ReadUInt16(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static int ReadInt32(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes);

    private int ReadInt32(int offset) => ReadInt32(_record[offset..], IsBigEndian);
}
