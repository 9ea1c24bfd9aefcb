namespace Mayday.Protocol.Netoops;

/// <summary>Which of the layouts of version 3 a packet has, named after the patch of the series that introduced it. Recognised by
/// <c>arch_offset</c> (84, 88, 216); stages 20 and 21 differ in whether there is an arch block.</summary>
public enum NetoopsLayout : byte
{
    /// <summary>An <c>arch_offset</c> of no known layout: only the common fields, the arch block as raw bytes, and the log are
    /// read.</summary>
    Opaque = 0,

    /// <summary>Kernel release at offset 20 and nothing else: 84 bytes of header.</summary>
    Stage20,

    /// <summary>As stage 20, with an arch block at 84.</summary>
    Stage21,

    /// <summary>Boot id at 20, kernel release at 24, arch block at 88.</summary>
    Stage22,

    /// <summary>The production layout: as stage 22, with the user blob at 88 and the arch block at 216.</summary>
    Stage23,
}
