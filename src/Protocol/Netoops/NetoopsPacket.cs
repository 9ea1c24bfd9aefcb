using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mayday.Protocol.Netoops;

/// <summary>One netoops packet: a view of the datagram that it was parsed from, valid only as long as the receive buffer. Parsing allocates
/// nothing and never throws. Layout: <see cref="NetoopsFormat"/>.</summary>
public readonly ref struct NetoopsPacket
{
    /// <summary>Most packets a dump may claim (<see cref="NetoopsFormat.MaxPacketCount"/>).</summary>
    public const int MaxPacketCount = NetoopsFormat.MaxPacketCount;

    /// <summary>Bytes of a dump key (SHA-256).</summary>
    public const int KeyLength = SHA256.HashSizeInBytes;

    // A real prefix has at most 388 bytes; longer ones are hashed from a rented buffer.
    private const int StackPrefixLength = 512;

    private readonly ReadOnlySpan<byte> _datagram;

    private NetoopsPacket(ReadOnlySpan<byte> datagram, int dataOffset, int archOffset, int packetCount, int packetNumber)
    {
        _datagram = datagram;
        DataOffset = dataOffset;
        ArchOffset = archOffset;
        PacketCount = packetCount;
        PacketNumber = packetNumber;
        Layout = archOffset switch
        {
            NetoopsFormat.Stage20ArchOffset when dataOffset == archOffset => NetoopsLayout.Stage20,
            NetoopsFormat.Stage20ArchOffset => NetoopsLayout.Stage21,
            NetoopsFormat.Stage22ArchOffset => NetoopsLayout.Stage22,
            NetoopsFormat.Stage23ArchOffset => NetoopsLayout.Stage23,
            _ => NetoopsLayout.Opaque,
        };
    }

    /// <summary>Always 3 in a parsed packet.</summary>
    public ushort Version => ReadUInt16(NetoopsFormat.VersionOffset);

    /// <summary>Low 16 bits of the sender's seconds since boot (offset); opaque, not unique.</summary>
    public ushort DumpId => ReadUInt16(NetoopsFormat.DumpIdOffset);

    /// <summary>Where the log bytes begin in the datagram: 20..length-1.</summary>
    public int DataOffset { get; }

    /// <summary>2 is x86, the only number ever sent; other numbers are kept.</summary>
    public ushort Architecture => ReadUInt16(NetoopsFormat.ArchitectureOffset);

    /// <summary>Where the arch block begins: 20..<see cref="DataOffset"/>; equal to it when there is none.</summary>
    public int ArchOffset { get; }

    /// <summary>Why the kernel dumped; unknown numbers are kept.</summary>
    public DumpType Type => (DumpType)ReadUInt16(NetoopsFormat.TypeOffset);

    /// <summary>Number of different packets in the dump: 1..<see cref="MaxPacketCount"/>. It is a claim of the sender: do not allocate
    /// memory by it.</summary>
    public int PacketCount { get; }

    /// <summary>0..<see cref="PacketCount"/>-1; 0 holds the newest text.</summary>
    public int PacketNumber { get; }

    /// <summary>Which layout the packet has.</summary>
    public NetoopsLayout Layout { get; }

    /// <summary>The boot id that user space set; 0 where it set none or the layout has no such field.</summary>
    public uint BootId => HasBootId ? BinaryPrimitives.ReadUInt32LittleEndian(_datagram[NetoopsFormat.BootIdOffset..]) : 0;

    /// <summary><c>uname -r</c> without padding, at most 64 bytes as the sender wrote them (not necessarily text); empty in an opaque
    /// layout.</summary>
    public ReadOnlySpan<byte> KernelRelease
    {
        get
        {
            if (Layout == NetoopsLayout.Opaque)
            {
                return default;
            }

            var padded = _datagram.Slice(
                HasBootId ? NetoopsFormat.KernelReleaseOffset : NetoopsFormat.EarlyKernelReleaseOffset, NetoopsFormat.KernelReleaseLength);
            var end = padded.IndexOf((byte)0);
            return end < 0 ? padded : padded[..end];
        }
    }

    /// <summary>The 128 bytes user space may set, with their padding; empty where the layout has none. All zero means that nothing was set.</summary>
    public ReadOnlySpan<byte> UserBlob => Layout == NetoopsLayout.Stage23
        ? _datagram.Slice(NetoopsFormat.UserBlobOffset, NetoopsFormat.UserBlobLength)
        : default;

    /// <summary>Processor bytes and registers as they came; empty where there are none.</summary>
    public ReadOnlySpan<byte> ArchBlock => _datagram[ArchOffset..DataOffset];

    /// <summary>The registers, with names where architecture and size allow it.</summary>
    public NetoopsRegisters Registers => new(Architecture, ArchBlock);

    /// <summary>All bytes before the log: equal in every packet of a dump except for the packet number.</summary>
    public ReadOnlySpan<byte> Prefix => _datagram[..DataOffset];

    /// <summary>The log bytes with their padding, at least one. Real senders always send <see cref="NetoopsFormat.DataLength"/>; other
    /// lengths are accepted.</summary>
    public ReadOnlySpan<byte> Data => _datagram[DataOffset..];

    /// <summary>All log bytes are zero: the sender lost 1024 bytes before sending. It cuts the last chunk to <c>length mod 1024</c>, which
    /// is 0 for a full chunk. This does not mean the end of the log.</summary>
    public bool IsDataAllNul => !Data.ContainsAnyExcept((byte)0);

    private bool HasBootId => Layout is NetoopsLayout.Stage22 or NetoopsLayout.Stage23;

    /// <summary>Reads a datagram as a netoops packet.</summary>
    /// <param name="datagram">The whole UDP payload.</param>
    /// <param name="packet">The packet; default when refused.</param>
    /// <param name="reason">Why it was refused, <see cref="PacketRejectReason.None"/> when it was not.</param>
    /// <returns>True when every field lies inside the datagram and agrees with the others.</returns>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out NetoopsPacket packet, out PacketRejectReason reason)
    {
        packet = default;
        reason = Check(datagram, out var dataOffset, out var archOffset, out var packetCount, out var packetNumber);
        if (reason != PacketRejectReason.None)
        {
            return false;
        }

        packet = new NetoopsPacket(datagram, dataOffset, archOffset, packetCount, packetNumber);
        return true;
    }

    /// <summary>
    /// The part of a dump's identity that the packet carries: SHA-256 of <see cref="Prefix"/> with the packet number zeroed. It separates an
    /// oops from the panic of the same second (same dump id, boot id and count), because their registers differ. The sender's address is not
    /// in it. Allocates nothing for prefixes of genuine size.
    /// </summary>
    /// <param name="destination">Receives <see cref="KeyLength"/> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="KeyLength"/>.</exception>
    public void ComputeKey(Span<byte> destination)
    {
        byte[]? rented = null;
        Span<byte> prefix = DataOffset <= StackPrefixLength
            ? stackalloc byte[StackPrefixLength]
            : rented = ArrayPool<byte>.Shared.Rent(DataOffset);
        prefix = prefix[..DataOffset];
        Prefix.CopyTo(prefix);
        prefix.Slice(NetoopsFormat.PacketNumberOffset, sizeof(uint)).Clear();
        SHA256.HashData(prefix, destination);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static PacketRejectReason Check(
        ReadOnlySpan<byte> datagram, out int dataOffset, out int archOffset, out int packetCount, out int packetNumber)
    {
        dataOffset = archOffset = packetCount = packetNumber = 0;
        if (datagram.IsEmpty)
        {
            return PacketRejectReason.Empty;
        }

        if (datagram.Length < NetoopsFormat.CommonHeaderLength)
        {
            return PacketRejectReason.TooShort;
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(datagram) != NetoopsFormat.Version)
        {
            return PacketRejectReason.UnknownVersion;
        }

        dataOffset = BinaryPrimitives.ReadUInt16LittleEndian(datagram[NetoopsFormat.DataOffsetOffset..]);
        archOffset = BinaryPrimitives.ReadUInt16LittleEndian(datagram[NetoopsFormat.ArchOffsetOffset..]);
        if (dataOffset > datagram.Length)
        {
            return PacketRejectReason.DataOffsetBeyondEnd;
        }

        if (archOffset < NetoopsFormat.CommonHeaderLength)
        {
            return PacketRejectReason.ArchOffsetInsideHeader;
        }

        if (archOffset > dataOffset)
        {
            return PacketRejectReason.ArchOffsetBeyondData;
        }

        if (dataOffset == datagram.Length)
        {
            return PacketRejectReason.NoData;
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(datagram[NetoopsFormat.PacketCountOffset..]);
        var number = BinaryPrimitives.ReadUInt32LittleEndian(datagram[NetoopsFormat.PacketNumberOffset..]);
        if (count == 0)
        {
            return PacketRejectReason.NoPackets;
        }

        if (count > NetoopsFormat.MaxPacketCount)
        {
            return PacketRejectReason.TooManyPackets;
        }

        if (number >= count)
        {
            return PacketRejectReason.PacketNumberOutOfRange;
        }

        packetCount = (int)count;
        packetNumber = (int)number;
        return PacketRejectReason.None;
    }

    private ushort ReadUInt16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_datagram[offset..]);
}
