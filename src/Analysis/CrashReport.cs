namespace Mayday.Analysis;

/// <summary>One crash found in a kernel log: what failed, where, why, and which lines of the log report it.</summary>
public sealed record CrashReport
{
    /// <summary>What the kernel reported.</summary>
    public required CrashKind Kind { get; init; }

    public CrashClass Class { get; init; } = CrashClass.Other;

    public CrashSeverity Severity { get; init; } = CrashSeverity.Error;

    /// <summary>One readable line that names the crash ("BUG: unable to handle kernel NULL pointer dereference in cm_null_read").</summary>
    public required string Title { get; init; }

    /// <summary>The function to blame, without offset, module and compiler suffix.</summary>
    public string? Function { get; init; }

    /// <summary>The module of the function to blame; null for the core kernel.</summary>
    public string? Module { get; init; }

    /// <summary>"file.c:123" where the kernel prints it (BUG, WARNING, UBSAN).</summary>
    public string? SourceFile { get; init; }

    public int? SourceLine { get; init; }

    /// <summary>
    /// The text that groups crashes: family and function. It never contains addresses, pids, times or the kernel release.
    /// </summary>
    public required string Signature { get; init; }

    /// <summary>Short hash of <see cref="Signature"/>, 16 lower-case hex digits. It is the key of a bug.</summary>
    public required string SignatureHash { get; init; }

    public IReadOnlyList<StackFrame> Frames { get; init; } = [];

    /// <summary>Registers as printed, names upper-case, in printed order; empty when none were printed.</summary>
    public IReadOnlyList<RegisterValue> Registers { get; init; } = [];

    /// <summary>The <c>Code:</c> line, disassembled if the architecture is known.</summary>
    public CodeDump? Code { get; init; }

    public int? Cpu { get; init; }

    public int? Pid { get; init; }

    public string? Comm { get; init; }

    public string? KernelRelease { get; init; }

    /// <summary>Taint letters as printed ("GOE"); null when not printed, empty for "Not tainted".</summary>
    public string? Taint { get; init; }

    public string? Hardware { get; init; }

    public string? Bios { get; init; }

    public IReadOnlyList<LoadedModule> Modules { get; init; } = [];

    public MemoryAccess? Access { get; init; }

    /// <summary>Where the code ran, for example "events_unbound flush_to_ldisc" or "in interrupt".</summary>
    public string? Context { get; init; }

    /// <summary>The number in "[#1]": the count of oopses in this boot.</summary>
    public int? OopsNumber { get; init; }

    /// <summary>True if the machine stopped because of this crash, as far as the log shows.</summary>
    public bool Fatal { get; init; }

    /// <summary>The panic line that ended this crash, without prefix; null when it did not end in a panic.</summary>
    public string? Panic { get; init; }

    /// <summary>False for the first crash of a boot, true for the crashes that follow in the same boot.</summary>
    public bool Aftermath { get; init; }

    public bool Corrupted { get; init; }

    public string? CorruptedReason { get; init; }

    /// <summary>Seconds since boot, as printed in the first line. Null if the log has no timestamps.</summary>
    public double? PrintkTime { get; init; }

    /// <summary>Byte offset in the log of the first line that names the failure.</summary>
    public int Start { get; init; }

    /// <summary>Byte offset of the end of the report's last line (exclusive).</summary>
    public int End { get; init; }

    /// <summary>Why the crash got its title, function and signature: one sentence for each step.</summary>
    public IReadOnlyList<string> Explanation { get; init; } = [];
}
