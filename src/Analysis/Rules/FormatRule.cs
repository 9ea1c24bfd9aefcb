namespace Mayday.Analysis.Rules;

internal enum FormatRole { Crash, Ignore, PanicEnd, PanicMaybeEnd, Hardware, Reboot, Prelude }

internal enum BlameRule { None, Pc, Line, Stack, LastStack, Lock, HeldLock, FreedLock, Hang, Stall, Work, Leak, Panic, Entry, Named, Caller, Chain, Unlock }

/// <summary>One section of formats.rules.</summary>
internal sealed class FormatRule
{
    public required string Name { get; init; }

    public FormatRole Role { get; set; }

    public CrashKind Kind { get; set; }

    public CrashClass Class { get; set; }

    public CrashSeverity Severity { get; set; } = CrashSeverity.Error;

    public List<LinePattern> Starts { get; } = [];

    public string Title { get; set; } = "";

    public BlameRule Blame { get; set; }

    public List<string> Skip { get; } = [];

    public string Family { get; set; } = "";

    public string? Corrupted { get; set; }

    public HashSet<string> Refines { get; } = [];

    public List<LinePattern> IfText { get; } = [];

    public HashSet<string> IfFunction { get; } = [];

    public List<string> IfSource { get; } = [];

    /// <summary>Refinements of this format, in the order of the file.</summary>
    public List<FormatRule> Refinements { get; } = [];

    public bool IsRefinement => Refines.Count > 0;
}
