namespace Mayday.Protocol;

/// <summary>Every reason for refusing a datagram or a part of one. The collector counts each reason under its own tag
/// (<c>mayday.collector.datagrams.rejected</c>, tag <c>reason</c>); nothing is refused without a reason.</summary>
public enum PacketRejectReason : byte
{
    /// <summary>Not refused.</summary>
    None = 0,

    /// <summary>An empty datagram.</summary>
    Empty,

    /// <summary>netoops: fewer than the 20 bytes that hold the fields common to all layouts.</summary>
    TooShort,

    /// <summary>netoops: a version other than 3.</summary>
    UnknownVersion,

    /// <summary>netoops: <c>data_offset</c> is beyond the end of the datagram.</summary>
    DataOffsetBeyondEnd,

    /// <summary>netoops: <c>arch_offset</c> is greater than <c>data_offset</c>.</summary>
    ArchOffsetBeyondData,

    /// <summary>netoops: <c>arch_offset</c> points into the fixed fields (below 20).</summary>
    ArchOffsetInsideHeader,

    /// <summary>netoops: <c>packet_count</c> is 0.</summary>
    NoPackets,

    /// <summary>netoops: <c>packet_count</c> exceeds the limit (65,536 packets, 64 MiB of log).</summary>
    TooManyPackets,

    /// <summary>netoops: <c>packet_no</c> is not below <c>packet_count</c>.</summary>
    PacketNumberOutOfRange,

    /// <summary>netoops: no log bytes after the header.</summary>
    NoData,

    /// <summary>netconsole: a fragment whose offset is not below its total.</summary>
    FragmentOffsetBeyondTotal,

    /// <summary>netconsole: a fragment that ends after its total.</summary>
    FragmentEndBeyondTotal,

    /// <summary>netconsole: a fragment with an empty body.</summary>
    FragmentEmpty,

    /// <summary>netconsole: a fragment whose total exceeds the limit.</summary>
    FragmentTotalTooLarge,

    /// <summary>netconsole: <c>ncfrag</c> given twice in one header.</summary>
    FragmentRepeated,

    /// <summary>netconsole: <c>ncfrag</c> is not <c>decimal/decimal</c>.</summary>
    FragmentMalformed,

    /// <summary>netconsole: the total differs from that of the first fragment of the message.</summary>
    FragmentTotalChanged,

    /// <summary>evlog: shorter than a frame and the shortest header, or a frame whose stated length is.</summary>
    EvlogTooShort,

    /// <summary>evlog: the frame, or the record's variable part, would end after the end of the datagram.</summary>
    EvlogBeyondEnd,

    /// <summary>evlog: no magic number where a record should begin: a message of another netlink protocol, or a frame after a broken
    /// one.</summary>
    EvlogNoMagic,

    /// <summary>evlog: the magic number is right, but size, format, severity and facility fit none of the known layouts.</summary>
    EvlogMalformed,

    /// <summary>netlink: sent by a program, while only the kernel is allowed to send.</summary>
    NotFromKernel,

    /// <summary>The datagram was longer than the receive buffer, and its end is lost.</summary>
    Truncated,
}
