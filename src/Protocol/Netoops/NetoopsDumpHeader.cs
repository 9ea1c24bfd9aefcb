namespace Mayday.Protocol.Netoops;

/// <summary>The header fields that are the same in all packets of a dump: everything before the log except packet count and
/// number.</summary>
public sealed record NetoopsDumpHeader
{
    /// <summary>Layout to write. The default is the production layout. <see cref="NetoopsLayout.Opaque"/> cannot be written.</summary>
    public NetoopsLayout Layout { get; init; } = NetoopsLayout.Stage23;

    /// <summary>Any number that differs between the dumps of a boot.</summary>
    public required ushort DumpId { get; init; }

    /// <summary>Constant within a boot and not 0, which means "never set". Layouts 20 and 21 have no room for it.</summary>
    public uint BootId { get; init; }

    /// <summary>Why the log is sent.</summary>
    public DumpType Type { get; init; } = DumpType.Oops;

    /// <summary><c>uname -r</c>, at most 64 bytes; longer ones are cut, as the kernel does.</summary>
    public ReadOnlyMemory<byte> KernelRelease { get; init; }

    /// <summary>At most 128 bytes for the receiver's people, zero-padded; <c>key=value</c> words read well everywhere. Layout 23 only.</summary>
    public ReadOnlyMemory<byte> UserBlob { get; init; }

    /// <summary>Vendor, family, model and stepping of the processor; empty for zeros, else four bytes.</summary>
    public ReadOnlyMemory<byte> Processor { get; init; }

    /// <summary>64 or 32 bit registers; decides the size of the arch block in layouts 21 to 23.</summary>
    public RegisterWidth RegisterWidth { get; init; } = RegisterWidth.Bits64;

    /// <summary>Raw <c>pt_regs</c>, 168 or 68 bytes by <see cref="RegisterWidth"/>; empty for zeros, as a panic sends.</summary>
    public ReadOnlyMemory<byte> Registers { get; init; }
}
