using System.Buffers.Binary;

namespace Mayday.Protocol.Netoops;

/// <summary>Splits a log into netoops packets as the kernel does: the newest 1024 bytes first, each of the ring's two pieces split from its
/// own start. A sender transmits the packets 0..<see cref="PacketCount"/>-1 in this order, <see cref="NetoopsFormat.Rounds"/>
/// times.</summary>
public sealed class NetoopsWriter
{
    private readonly byte[] _prefix;
    private readonly ReadOnlyMemory<byte> _older;
    private readonly ReadOnlyMemory<byte> _newer;
    private readonly bool _losesFullLastChunk;
    private readonly int _newerCount;

    /// <summary>Prepares a dump of one contiguous log, as a sender in user space has it.</summary>
    /// <param name="header">What every packet states.</param>
    /// <param name="log">The log, oldest byte first; not copied.</param>
    /// <exception cref="ArgumentException">A field of the header does not fit, or the log needs more than <see
    /// cref="NetoopsFormat.MaxPacketCount"/> packets.</exception>
    public NetoopsWriter(NetoopsDumpHeader header, ReadOnlyMemory<byte> log)
        : this(header, default, log)
    {
    }

    /// <summary>Prepares a dump of a ring that has wrapped: two pieces, each with a short last packet of its own.</summary>
    /// <param name="header">What every packet states.</param>
    /// <param name="older">The older piece; not copied.</param>
    /// <param name="newer">The newer piece; not copied.</param>
    /// <param name="losesFullLastChunk">
    /// Imitates the driver's defect: the last chunk of a piece whose length is a multiple of 1024 is sent as 1024 NULs. For tests only.
    /// </param>
    /// <exception cref="ArgumentException">A field of the header does not fit, or the log needs more than <see
    /// cref="NetoopsFormat.MaxPacketCount"/> packets.</exception>
    public NetoopsWriter(NetoopsDumpHeader header, ReadOnlyMemory<byte> older, ReadOnlyMemory<byte> newer, bool losesFullLastChunk = false)
    {
        ArgumentNullException.ThrowIfNull(header);
        _newerCount = CountChunks(newer.Length);
        PacketCount = _newerCount + CountChunks(older.Length);
        if (PacketCount > NetoopsFormat.MaxPacketCount)
        {
            throw new ArgumentException($"The log needs {PacketCount} packets; a dump holds at most {NetoopsFormat.MaxPacketCount}.", nameof(newer));
        }

        _older = older;
        _newer = newer;
        _losesFullLastChunk = losesFullLastChunk;
        _prefix = BuildPrefix(header, PacketCount);
    }

    /// <summary>Number of different packets in the dump; 0 for an empty log, for which nothing is sent.</summary>
    public int PacketCount { get; }

    /// <summary>Bytes of every packet: 1412 in the production layout with 64-bit registers, 1108 to 1312 in the others.</summary>
    public int PacketLength => _prefix.Length + NetoopsFormat.DataLength;

    /// <summary>Writes one packet.</summary>
    /// <param name="packetNumber">0..<see cref="PacketCount"/>-1; 0 is the newest text.</param>
    /// <param name="destination">At least <see cref="PacketLength"/> bytes; whatever they hold is overwritten.</param>
    /// <returns>The bytes written, <see cref="PacketLength"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such packet.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int Write(int packetNumber, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(packetNumber);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(packetNumber, PacketCount);
        if (destination.Length < PacketLength)
        {
            throw new ArgumentException($"A packet takes {PacketLength} bytes.", nameof(destination));
        }

        _prefix.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[NetoopsFormat.PacketNumberOffset..], (uint)packetNumber);

        // Within a piece the last chunk is sent first: chunk i of n has number n - 1 - i.
        var isNewer = packetNumber < _newerCount;
        var piece = isNewer ? _newer.Span : _older.Span;
        var chunk = isNewer ? _newerCount - 1 - packetNumber : PacketCount - 1 - packetNumber;
        var start = chunk * NetoopsFormat.DataLength;
        var length = Math.Min(NetoopsFormat.DataLength, piece.Length - start);
        if (_losesFullLastChunk && start + length == piece.Length)
        {
            length = piece.Length % NetoopsFormat.DataLength;
        }

        var data = destination.Slice(_prefix.Length, NetoopsFormat.DataLength);
        piece.Slice(start, length).CopyTo(data);
        data[length..].Clear();
        return PacketLength;
    }

    private static int CountChunks(int length) => (int)(((long)length + NetoopsFormat.DataLength - 1) / NetoopsFormat.DataLength);

    private static byte[] BuildPrefix(NetoopsDumpHeader header, int packetCount)
    {
        var (releaseOffset, archOffset) = header.Layout switch
        {
            NetoopsLayout.Stage20 or NetoopsLayout.Stage21 => (NetoopsFormat.EarlyKernelReleaseOffset, NetoopsFormat.Stage20ArchOffset),
            NetoopsLayout.Stage22 => (NetoopsFormat.KernelReleaseOffset, NetoopsFormat.Stage22ArchOffset),
            NetoopsLayout.Stage23 => (NetoopsFormat.KernelReleaseOffset, NetoopsFormat.Stage23ArchOffset),
            _ => throw new ArgumentException("An opaque layout cannot be written.", nameof(header)),
        };
        var registersLength = header.RegisterWidth switch
        {
            RegisterWidth.Bits64 => NetoopsFormat.Registers64Length,
            RegisterWidth.Bits32 => NetoopsFormat.Registers32Length,
            _ => throw new ArgumentException("Registers are written with 32 or 64 bits.", nameof(header)),
        };
        Require(header, header.UserBlob.Length <= NetoopsFormat.UserBlobLength, "The user blob has at most 128 bytes.");
        Require(header, header.Processor.Length is 0 or NetoopsFormat.ProcessorLength, "The processor is described by four bytes.");
        Require(header, header.Registers.IsEmpty || header.Registers.Length == registersLength, "The registers do not have the size of their width.");

        var dataOffset = header.Layout == NetoopsLayout.Stage20 ? archOffset : archOffset + NetoopsFormat.ProcessorLength + registersLength;
        var prefix = new byte[dataOffset];
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(NetoopsFormat.VersionOffset), NetoopsFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(NetoopsFormat.DumpIdOffset), header.DumpId);
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(NetoopsFormat.DataOffsetOffset), (ushort)dataOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(NetoopsFormat.ArchitectureOffset), NetoopsFormat.ArchitectureX86);
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(NetoopsFormat.ArchOffsetOffset), (ushort)archOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(NetoopsFormat.TypeOffset), (ushort)header.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix.AsSpan(NetoopsFormat.PacketCountOffset), (uint)packetCount);
        if (releaseOffset == NetoopsFormat.KernelReleaseOffset)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(prefix.AsSpan(NetoopsFormat.BootIdOffset), header.BootId);
        }

        var release = header.KernelRelease.Span;
        release[..Math.Min(release.Length, NetoopsFormat.KernelReleaseLength)].CopyTo(prefix.AsSpan(releaseOffset));
        if (header.Layout == NetoopsLayout.Stage23)
        {
            header.UserBlob.Span.CopyTo(prefix.AsSpan(NetoopsFormat.UserBlobOffset));
        }

        if (header.Layout != NetoopsLayout.Stage20)
        {
            header.Processor.Span.CopyTo(prefix.AsSpan(archOffset));
            header.Registers.Span.CopyTo(prefix.AsSpan(archOffset + NetoopsFormat.ProcessorLength));
        }

        return prefix;
    }

    private static void Require(NetoopsDumpHeader header, bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException(otherwise, nameof(header));
        }
    }
}
