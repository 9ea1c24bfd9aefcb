using Mayday.Protocol.Kmsg;

namespace Mayday.Protocol.Netconsole;

/// <summary>One datagram of extended netconsole: <c>[release,]prio,seq,ts_usec,flag[,caller=T123][,ncfrag=offset/total];body</c>. Source:
/// Documentation/networking/netconsole.rst and drivers/net/netconsole.c. A view of the datagram that it was parsed from; allocates nothing,
/// never throws.</summary>
public readonly ref struct ExtendedPacket
{
    /// <summary>UDP port that senders use unless told otherwise.</summary>
    public const int DefaultPort = 6666;

    /// <summary>Most body bytes that a fragmented message may claim: 8192 of escaped text and dictionary (the kernel's extended print
    /// buffer), 256 userdata entries of 256 bytes, and 4 sysdata entries of the same size. No kernel sends more.</summary>
    public const int MaxFragmentTotal = 8192 + 256 * 256 + 4 * 256;

    private ExtendedPacket(ReadOnlySpan<byte> datagram, scoped in RecordHeader header, int fragmentOffset, int fragmentTotal)
    {
        Release = header.Release;
        Priority = header.Priority;
        Sequence = header.Sequence;
        TimestampMicroseconds = header.TimestampMicroseconds;
        Flag = header.Flag;
        Caller = header.Caller;
        HasFragment = header.FragmentFields > 0;
        FragmentOffset = fragmentOffset;
        FragmentTotal = fragmentTotal;
        Header = datagram[..header.Length];
        Body = datagram[(header.Length + 1)..];
    }

    /// <summary><c>uname -r</c> of the sender, printable and at most 64 bytes; empty where the target does not prepend it.</summary>
    public ReadOnlySpan<byte> Release { get; }

    /// <summary>Facility times 8 plus severity: 0..2047.</summary>
    public int Priority { get; }

    /// <summary>Who logged: 0 is the kernel itself; records written to /dev/kmsg by user space have 1 and more.</summary>
    public int Facility => Priority >> 3;

    /// <summary>The severity of the record.</summary>
    public Severity Severity => (Severity)(Priority & 7);

    /// <summary>The printk record number. A gap is not always a loss: records that the console level filters have numbers too.</summary>
    public ulong Sequence { get; }

    /// <summary>Microseconds since boot. It may go back a little between CPUs; order by <see cref="Sequence"/>.</summary>
    public ulong TimestampMicroseconds { get; }

    /// <summary><c>-</c>, or <c>c</c> for a fragment of a line (older kernels: <c>c</c> starts, <c>+</c> goes on).</summary>
    public byte Flag { get; }

    /// <summary><c>T123</c> for a task, <c>C1</c> for another context; empty where the kernel does not say.</summary>
    public ReadOnlySpan<byte> Caller { get; }

    /// <summary>The body is one fragment of a message that was too long for a datagram.</summary>
    public bool HasFragment { get; }

    /// <summary>Offset of the body in the message in bytes: 0..<see cref="FragmentTotal"/>-1; 0 without a fragment.</summary>
    public int FragmentOffset { get; }

    /// <summary>Body bytes of the whole message, 1..<see cref="MaxFragmentTotal"/>; 0 without a fragment. Offset plus body never exceed it.</summary>
    public int FragmentTotal { get; }

    /// <summary>Everything before the semicolon.</summary>
    public ReadOnlySpan<byte> Header { get; }

    /// <summary>Everything after the semicolon. Without a fragment it is a whole <see cref="MessageBody"/>.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Reads a datagram as extended netconsole.</summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <param name="packet">The packet; default when the result is false.</param>
    /// <param name="reason">When the result is false: <see cref="PacketRejectReason.None"/> means console text that is not extended
    /// netconsole; any other reason means extended netconsole with invalid fragment fields.</param>
    /// <returns>True when header and fragment fields are valid.</returns>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out ExtendedPacket packet, out PacketRejectReason reason)
    {
        packet = default;
        reason = PacketRejectReason.None;
        if (!RecordHeader.TryParse(datagram, allowRelease: true, out var header))
        {
            return false;
        }

        int offset = 0, total = 0;
        if (header.FragmentFields > 0)
        {
            reason = ReadFragment(header, datagram.Length - header.Length - 1, out offset, out total);
            if (reason != PacketRejectReason.None)
            {
                return false;
            }
        }

        packet = new ExtendedPacket(datagram, header, offset, total);
        return true;
    }

    /// <summary>Tells whether a datagram has the header of extended netconsole, even with invalid fragment fields.</summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <returns>False for console text.</returns>
    public static bool HasExtendedHeader(ReadOnlySpan<byte> datagram) => RecordHeader.TryParse(datagram, allowRelease: true, out _);

    private static PacketRejectReason ReadFragment(in RecordHeader header, int length, out int offset, out int total)
    {
        offset = total = 0;
        if (header.FragmentFields > 1)
        {
            return PacketRejectReason.FragmentRepeated;
        }

        var slash = header.Fragment.IndexOf((byte)'/');
        if (slash < 0
            || !Decimals.TryParse(header.Fragment[..slash], out var wideOffset)
            || !Decimals.TryParse(header.Fragment[(slash + 1)..], out var wideTotal))
        {
            return PacketRejectReason.FragmentMalformed;
        }

        // This limit is checked first, so that the following values fit 32 bits.
        if (wideTotal > MaxFragmentTotal)
        {
            return PacketRejectReason.FragmentTotalTooLarge;
        }

        if (wideOffset >= wideTotal)
        {
            return PacketRejectReason.FragmentOffsetBeyondTotal;
        }

        if (length == 0)
        {
            return PacketRejectReason.FragmentEmpty;
        }

        if ((ulong)length > wideTotal - wideOffset)
        {
            return PacketRejectReason.FragmentEndBeyondTotal;
        }

        offset = (int)wideOffset;
        total = (int)wideTotal;
        return PacketRejectReason.None;
    }
}
