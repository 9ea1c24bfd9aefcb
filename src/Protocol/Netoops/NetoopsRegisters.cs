using System.Buffers.Binary;
using System.Globalization;

namespace Mayday.Protocol.Netoops;

/// <summary>The word size of a register block, derived from its length.</summary>
public enum RegisterWidth : byte
{
    /// <summary>There is no register block.</summary>
    None = 0,

    /// <summary>17 words of 4 bytes: i386.</summary>
    Bits32 = 32,

    /// <summary>21 words of 8 bytes: x86_64.</summary>
    Bits64 = 64,

    /// <summary>The order of the words is unknown; the bytes are kept without names.</summary>
    Opaque = 255,
}

/// <summary>One saved register.</summary>
/// <param name="Name">The name an oops prints for it: <c>RIP</c>, <c>EAX</c>, <c>R08</c>, <c>EFLAGS</c>.</param>
/// <param name="Value">Its value, zero-extended.</param>
public readonly record struct NetoopsRegister(string Name, ulong Value);

/// <summary>The arch block of a netoops packet: four bytes about the processor that wrote the dump, then raw <c>struct pt_regs</c>,
/// little-endian. The kernel passes registers only for an oops. Panics and soft dumps have zeros, which means that there are no
/// registers.</summary>
public readonly ref struct NetoopsRegisters
{
    private const int InstructionPointer64 = 16;
    private const int InstructionPointer32 = 12;

    // Order of the words in struct pt_regs, arch/x86/include/asm/ptrace.h.
    private static readonly string[] s_names64 =
    [
        "R15", "R14", "R13", "R12", "RBP", "RBX", "R11", "R10", "R09", "R08", "RAX", "RCX", "RDX", "RSI", "RDI", "ORIG_RAX", "RIP", "CS",
        "EFLAGS", "RSP", "SS",
    ];

    private static readonly string[] s_names32 =
    [
        "EBX", "ECX", "EDX", "ESI", "EDI", "EBP", "EAX", "DS", "ES", "FS", "GS", "ORIG_EAX", "EIP", "CS", "EFLAGS", "ESP", "SS",
    ];

    private readonly ReadOnlySpan<byte> _block;

    /// <summary>Looks at an arch block.</summary>
    /// <param name="architecture">Architecture number of the packet; words are named for 2 (x86) only.</param>
    /// <param name="archBlock">The block with its four processor bytes; may be empty.</param>
    public NetoopsRegisters(ushort architecture, ReadOnlySpan<byte> archBlock)
    {
        _block = archBlock;
        var isX86 = architecture == NetoopsFormat.ArchitectureX86;
        Width = (archBlock.Length - NetoopsFormat.ProcessorLength) switch
        {
            <= 0 => RegisterWidth.None,
            NetoopsFormat.Registers64Length when isX86 => RegisterWidth.Bits64,
            NetoopsFormat.Registers32Length when isX86 => RegisterWidth.Bits32,
            // 60 and 64 bytes are i386 before fs and gs were added; the position of the instruction pointer is then uncertain.
            _ => RegisterWidth.Opaque,
        };
        HasProcessor = isX86 && archBlock.Length >= NetoopsFormat.ProcessorLength;
        IsPresent = Width != RegisterWidth.None && archBlock[NetoopsFormat.ProcessorLength..].ContainsAnyExcept((byte)0);
    }

    /// <summary>Word size, even when all words are zero.</summary>
    public RegisterWidth Width { get; }

    /// <summary>False when there is no block or when all its words are zero: the kernel had no registers to send.</summary>
    public bool IsPresent { get; }

    /// <summary>The raw words, without the processor bytes; empty where there is no block.</summary>
    public ReadOnlySpan<byte> Raw => Width == RegisterWidth.None ? default : _block[NetoopsFormat.ProcessorLength..];

    /// <summary>True when the processor bytes are there.</summary>
    public bool HasProcessor { get; }

    /// <summary>Kernel number of the vendor: 0 Intel, 1 Cyrix, 2 AMD, 3 UMC, 5 Centaur, 7 Transmeta, 8 NSC, 0xff unknown. 0 without
    /// processor bytes.</summary>
    public byte Vendor => HasProcessor ? _block[0] : (byte)0;

    /// <summary>Processor family; 0 without processor bytes.</summary>
    public byte Family => HasProcessor ? _block[1] : (byte)0;

    /// <summary>Processor model; 0 without processor bytes.</summary>
    public byte Model => HasProcessor ? _block[2] : (byte)0;

    /// <summary>Processor stepping; 0 without processor bytes.</summary>
    public byte Stepping => HasProcessor ? _block[3] : (byte)0;

    /// <summary>Number of named registers: 21, 17 or 0 (opaque, absent or all zero).</summary>
    public int Count => !IsPresent ? 0 : Width switch
    {
        RegisterWidth.Bits64 => s_names64.Length,
        RegisterWidth.Bits32 => s_names32.Length,
        _ => 0,
    };

    /// <summary>The register at a place in <c>pt_regs</c>.</summary>
    /// <param name="index">0..<see cref="Count"/>-1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public NetoopsRegister this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return Width == RegisterWidth.Bits64
                ? new NetoopsRegister(s_names64[index], BinaryPrimitives.ReadUInt64LittleEndian(Raw[(index * sizeof(ulong))..]))
                : new NetoopsRegister(s_names32[index], BinaryPrimitives.ReadUInt32LittleEndian(Raw[(index * sizeof(uint))..]));
        }
    }

    /// <summary>RIP or EIP; null when the registers are absent or opaque.</summary>
    public ulong? InstructionPointer => Count == 0
        ? null
        : this[Width == RegisterWidth.Bits64 ? InstructionPointer64 : InstructionPointer32].Value;

    /// <summary>
    /// The processor in words, <c>Intel family 6 model 26 stepping 5</c>; null without processor bytes or when all four are zero (a sender in
    /// user space that does not say). Allocates the string.
    /// </summary>
    public string? ProcessorDescription
    {
        get
        {
            if (!HasProcessor || (Vendor | Family | Model | Stepping) == 0)
            {
                return null;
            }

            var vendor = Vendor switch
            {
                0 => "Intel",
                1 => "Cyrix",
                2 => "AMD",
                3 => "UMC",
                5 => "Centaur",
                7 => "Transmeta",
                8 => "NSC",
                0xff => "unknown vendor",
                _ => string.Create(CultureInfo.InvariantCulture, $"vendor {Vendor}"),
            };
            return string.Create(CultureInfo.InvariantCulture, $"{vendor} family {Family} model {Model} stepping {Stepping}");
        }
    }

    /// <summary>Enumerates the named registers in the order of <c>pt_regs</c>; nothing when <see cref="Count"/> is 0.</summary>
    /// <returns>An enumerator for <c>foreach</c>.</returns>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the registers of one block.</summary>
    public ref struct Enumerator
    {
        private readonly NetoopsRegisters _registers;
        private int _index;

        internal Enumerator(NetoopsRegisters registers)
        {
            _registers = registers;
            _index = -1;
        }

        /// <summary>The current register.</summary>
        public readonly NetoopsRegister Current => _registers[_index];

        /// <summary>Goes to the next register.</summary>
        /// <returns>False at the end.</returns>
        public bool MoveNext() => ++_index < _registers.Count;
    }
}
