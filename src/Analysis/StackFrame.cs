namespace Mayday.Analysis;

/// <summary>One entry of a call trace as printed.</summary>
/// <param name="Function">Function without offset and module; an address ("0x0", "0xffff…") if no symbol was printed.</param>
/// <param name="Offset">Byte offset within the function.</param>
/// <param name="Size">Length of the function in bytes.</param>
/// <param name="Module">Module in brackets; null for the core kernel.</param>
/// <param name="IsReliable">False for frames printed with "?".</param>
/// <param name="Stack">The kind of stack: "task", "irq", "nmi", "exception", "softirq", "alloc", "free" and others.</param>
/// <param name="IsInlined">True for frames printed with "[inline]" (decoded traces).</param>
/// <param name="IsGuilty">True for the frame that names the crash.</param>
/// <param name="Source">"file.c:123", if the trace was decoded.</param>
public sealed record StackFrame(
    string Function,
    int? Offset,
    int? Size,
    string? Module,
    bool IsReliable,
    string Stack = "task",
    bool IsInlined = false,
    bool IsGuilty = false,
    string? Source = null);

/// <summary>A register and its value as printed, in hex without 0x.</summary>
public sealed record RegisterValue(string Name, string Value);

/// <summary>A module of "Modules linked in:" and the flags in its parentheses ("OE").</summary>
public sealed record LoadedModule(string Name, string? Flags);

/// <summary>The memory access that faulted.</summary>
/// <param name="Address">The address in hex as printed.</param>
/// <param name="Size">Number of bytes accessed, if printed.</param>
/// <param name="Write">True for a write, false for a read, null if not printed.</param>
/// <param name="Object">The object that was hit ("256-byte region of cache kmalloc-256"), if printed.</param>
/// <param name="AllocatedBy">The function that allocated the object, if printed.</param>
/// <param name="FreedBy">The function that freed the object, if printed.</param>
public sealed record MemoryAccess(
    string? Address, int? Size, bool? Write, string? Object = null, string? AllocatedBy = null, string? FreedBy = null);

/// <summary>The bytes of a "Code:" line.</summary>
/// <param name="Bytes">Hex as printed, the faulting byte in angle brackets.</param>
/// <param name="Instructions">Disassembly around the fault; empty for architectures that are shown as hex.</param>
public sealed record CodeDump(string Bytes, IReadOnlyList<CodeInstruction> Instructions);

/// <summary>One disassembled instruction.</summary>
/// <param name="Bytes">Hex bytes, separated by spaces.</param>
/// <param name="Text">The instruction in Intel syntax.</param>
/// <param name="IsFaulting">True for the instruction that the instruction pointer pointed to.</param>
/// <param name="Note">Values of the registers it uses ("rdi = 0 → address 0x18").</param>
public sealed record CodeInstruction(string Bytes, string Text, bool IsFaulting, string? Note = null);
