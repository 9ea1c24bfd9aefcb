namespace Mayday.Protocol;

/// <summary>
/// Every reason for which a datagram, or a part of one, is refused. The collector counts each of them under its own tag
/// (<c>mayday.collector.datagrams.rejected</c>, tag <c>reason</c>); nothing is refused without one.
/// </summary>
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

    /// <summary>netoops: <c>data_offset</c> lies beyond the end of the datagram.</summary>
    DataOffsetBeyondEnd,

    /// <summary>netoops: <c>arch_offset</c> lies behind <c>data_offset</c>.</summary>
    ArchOffsetBeyondData,

    /// <summary>netoops: <c>arch_offset</c> lies inside the fixed fields (below 20).</summary>
    ArchOffsetInsideHeader,

    /// <summary>netoops: <c>packet_count</c> is 0.</summary>
    NoPackets,

    /// <summary>netoops: <c>packet_count</c> is over the cap (65,536 packets, 64 MiB of log).</summary>
    TooManyPackets,

    /// <summary>netoops: <c>packet_no</c> is not below <c>packet_count</c>.</summary>
    PacketNumberOutOfRange,

    /// <summary>netoops: no log bytes after the header.</summary>
    NoData,

    /// <summary>netconsole: a fragment whose offset is not below its total.</summary>
    FragmentOffsetBeyondTotal,

    /// <summary>netconsole: a fragment that ends behind its total.</summary>
    FragmentEndBeyondTotal,

    /// <summary>netconsole: a fragment without a byte of body.</summary>
    FragmentEmpty,

    /// <summary>netconsole: a fragment whose total is over the cap.</summary>
    FragmentTotalTooLarge,

    /// <summary>netconsole: <c>ncfrag</c> given twice in one header.</summary>
    FragmentRepeated,

    /// <summary>netconsole: <c>ncfrag</c> is not <c>decimal/decimal</c>.</summary>
    FragmentMalformed,

    /// <summary>netconsole: the total differs from that of the first fragment of the message.</summary>
    FragmentTotalChanged,

    /// <summary>evlog: fewer bytes than a frame and the shortest header, or a frame whose length says so.</summary>
    EvlogTooShort,

    /// <summary>evlog: the frame, or the record's variable part, ends behind the datagram.</summary>
    EvlogBeyondEnd,

    /// <summary>evlog: no magic where a record should begin: another netlink protocol's message, or a frame behind a broken one.</summary>
    EvlogNoMagic,

    /// <summary>evlog: magic, but size, format, severity and facility agree in none of the known layouts.</summary>
    EvlogMalformed,

    /// <summary>netlink: a program sent it, and only the kernel may.</summary>
    NotFromKernel,

    /// <summary>The datagram was longer than the receive buffer and its end is gone.</summary>
    Truncated,
}
