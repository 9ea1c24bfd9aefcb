using Mayday.Analysis;

namespace Mayday.Cli.Commands.Analyze;

/// <summary>The output of <c>mayday analyze --json</c> for one crash. Stable: members are only added.</summary>
public sealed record CrashOutput
{
    public required string File { get; init; }

    public required int Index { get; init; }

    public required CrashKind Kind { get; init; }

    public required CrashClass Class { get; init; }

    public required CrashSeverity Severity { get; init; }

    public required string Title { get; init; }

    public required string? Function { get; init; }

    public required string? Module { get; init; }

    public required string? SourceFile { get; init; }

    public required int? SourceLine { get; init; }

    public required bool Corrupted { get; init; }

    public required string? CorruptedReason { get; init; }

    public required string Signature { get; init; }

    public required string SignatureHash { get; init; }

    public required bool Fatal { get; init; }

    public required string? Panic { get; init; }

    public required bool Aftermath { get; init; }

    public required int? Cpu { get; init; }

    public required int? Pid { get; init; }

    public required string? Comm { get; init; }

    public required string? KernelRelease { get; init; }

    public required string? Taint { get; init; }

    public required string? Hardware { get; init; }

    public required string? Bios { get; init; }

    public required string? Context { get; init; }

    public required int? OopsNumber { get; init; }

    public required double? PrintkTime { get; init; }

    public required int Start { get; init; }

    public required int End { get; init; }

    public required IReadOnlyList<StackFrame> Frames { get; init; }

    public required IReadOnlyList<RegisterValue> Registers { get; init; }

    public required CodeDump? Code { get; init; }

    public required MemoryAccess? Access { get; init; }

    public required IReadOnlyList<LoadedModule> Modules { get; init; }

    public required IReadOnlyList<string> Explanation { get; init; }

    public static CrashOutput From(string file, int index, CrashReport report) => new()
    {
        File = file,
        Index = index,
        Kind = report.Kind,
        Class = report.Class,
        Severity = report.Severity,
        Title = report.Title,
        Function = report.Function,
        Module = report.Module,
        SourceFile = report.SourceFile,
        SourceLine = report.SourceLine,
        Corrupted = report.Corrupted,
        CorruptedReason = report.CorruptedReason,
        Signature = report.Signature,
        SignatureHash = report.SignatureHash,
        Fatal = report.Fatal,
        Panic = report.Panic,
        Aftermath = report.Aftermath,
        Cpu = report.Cpu,
        Pid = report.Pid,
        Comm = report.Comm,
        KernelRelease = report.KernelRelease,
        Taint = report.Taint,
        Hardware = report.Hardware,
        Bios = report.Bios,
        Context = report.Context,
        OopsNumber = report.OopsNumber,
        PrintkTime = report.PrintkTime,
        Start = report.Start,
        End = report.End,
        Frames = report.Frames,
        Registers = report.Registers,
        Code = report.Code,
        Access = report.Access,
        Modules = report.Modules,
        Explanation = report.Explanation,
    };
}
