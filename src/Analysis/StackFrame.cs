namespace Mayday.Analysis;

/// <summary>One entry of a call trace as printed.</summary>
/// <param name="Function">Function without offset and module; an address ("0x0", "0xffff…") where no symbol was printed.</param>
/// <param name="Offset">Bytes into the function.</param>
/// <param name="Size">Length of the function in bytes.</param>
/// <param name="Module">Module in brackets; null for the core kernel.</param>
/// <param name="IsReliable">False for frames printed with "?".</param>
/// <param name="Stack">Which stack: "task", "irq", "nmi", "exception", "softirq", "alloc", "free" …</param>
/// <param name="IsInlined">Printed with "[inline]" (decoded traces).</param>
/// <param name="IsGuilty">The frame that names the crash.</param>
/// <param name="Source">"file.c:123" where the trace was decoded.</param>
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

/// <summary>What a faulting access did.</summary>
/// <param name="Address">The address in hex as printed.</param>
/// <param name="Size">Bytes accessed, where printed.</param>
/// <param name="Write">True for a write, false for a read, null where not said.</param>
/// <param name="Object">The object hit ("256-byte region of cache kmalloc-256"), where said.</param>
/// <param name="AllocatedBy">Function that allocated the object, where said.</param>
/// <param name="FreedBy">Function that freed it, where said.</param>
public sealed record MemoryAccess(
    string? Address, int? Size, bool? Write, string? Object = null, string? AllocatedBy = null, string? FreedBy = null);

/// <summary>The bytes of a "Code:" line.</summary>
/// <param name="Bytes">Hex as printed, the faulting byte in angle brackets.</param>
/// <param name="Instructions">Disassembly around the fault; empty for architectures that are shown as hex.</param>
public sealed record CodeDump(string Bytes, IReadOnlyList<CodeInstruction> Instructions);

/// <summary>One instruction.</summary>
/// <param name="Bytes">Hex bytes, blank-separated.</param>
/// <param name="Text">Intel syntax.</param>
/// <param name="IsFaulting">The one the instruction pointer stood on.</param>
/// <param name="Note">Values of the registers it uses ("rdi = 0 → address 0x18").</param>
public sealed record CodeInstruction(string Bytes, string Text, bool IsFaulting, string? Note = null);
