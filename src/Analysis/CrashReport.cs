namespace Mayday.Analysis;

/// <summary>One crash found in a kernel log: what died, where and why, and the place of its lines in the log.</summary>
public sealed record CrashReport
{
    /// <summary>What the kernel reported, from a closed list.</summary>
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

    /// <summary>What groups crashes: family and function, never addresses, pids, times or release.</summary>
    public required string Signature { get; init; }

    /// <summary>Short hash of <see cref="Signature"/>, 16 lower-case hex digits: the key of a bug.</summary>
    public required string SignatureHash { get; init; }

    public IReadOnlyList<StackFrame> Frames { get; init; } = [];

    /// <summary>Registers as printed, names upper-case, in printed order; empty when none were printed.</summary>
    public IReadOnlyList<RegisterValue> Registers { get; init; } = [];

    /// <summary>The <c>Code:</c> line, disassembled where the architecture is known.</summary>
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

    /// <summary>"events_unbound flush_to_ldisc", "in interrupt" and the like.</summary>
    public string? Context { get; init; }

    /// <summary>The number in "[#1]": which oops of this boot it was.</summary>
    public int? OopsNumber { get; init; }

    /// <summary>True when the machine died of it, as far as the log tells.</summary>
    public bool Fatal { get; init; }

    /// <summary>The panic line that ended this crash, without prefix; null when it did not end in a panic.</summary>
    public string? Panic { get; init; }

    /// <summary>False for the first crash of a boot, true for what followed from it.</summary>
    public bool Aftermath { get; init; }

    public bool Corrupted { get; init; }

    public string? CorruptedReason { get; init; }

    /// <summary>Seconds since boot as printed in the first line; null where the log has no times.</summary>
    public double? PrintkTime { get; init; }

    /// <summary>Byte offset in the log of the first line that names the failure.</summary>
    public int Start { get; init; }

    /// <summary>Byte offset behind the last line of the report, exclusive.</summary>
    public int End { get; init; }

    /// <summary>Why it got its title, function and signature, one sentence a step.</summary>
    public IReadOnlyList<string> Explanation { get; init; } = [];
}
