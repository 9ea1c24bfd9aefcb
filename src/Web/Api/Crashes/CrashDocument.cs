using System.Diagnostics.CodeAnalysis;
using Mayday.Analysis;
using Mayday.Store.Crashes;

namespace Mayday.Web.Api.Crashes;

/// <summary>Everything known of one crash, as the API answers it: on one level, because a script asks for <c>.frames</c>, not for our classes.</summary>
internal sealed record CrashDocument : CrashItem
{
    [SetsRequiredMembers]
    public CrashDocument(CrashDetail crash)
        : base(crash)
    {
        var report = crash.Report;
        SourceAddress = crash.SourceAddress;
        SourcePort = crash.SourcePort;
        Signature = report.Signature;
        SignatureHash = report.SignatureHash;
        SourceFile = report.SourceFile;
        SourceLine = report.SourceLine;
        Frames = report.Frames;
        Registers = report.Registers;
        HeaderRegisters = crash.HeaderRegisters;
        Code = report.Code;
        Access = report.Access;
        Cpu = report.Cpu;
        Pid = report.Pid;
        Comm = report.Comm;
        Context = report.Context;
        Taint = report.Taint;
        Hardware = report.Hardware;
        Bios = report.Bios;
        Processor = crash.Processor;
        Modules = report.Modules;
        OopsNumber = report.OopsNumber;
        Panic = report.Panic;
        Aftermath = report.Aftermath;
        CorruptedReason = report.CorruptedReason;
        PrintkTime = report.PrintkTime;
        Start = report.Start;
        End = report.End;
        Explanation = report.Explanation;
        Completeness = crash.Completeness;
        BootId = crash.BootId;
        DumpType = crash.DumpType;
        UserFields = crash.UserFields;
        UserBlob = crash.UserBlob;
        LogKept = crash.LogKept;
        LogReason = crash.LogReason;
        Extract = crash.Extract;
        AnalyzerVersion = crash.AnalyzerVersion;
        AnalysisFailure = crash.AnalysisFailure;
        Collector = crash.Collector;
        BugTitle = crash.BugTitle;
        BugCrashCount = crash.BugCrashCount;
        BugHostCount = crash.BugHostCount;
        Witnesses = crash.Witnesses;
        Incident = crash.Incident;
    }

    public string? SourceAddress { get; }

    public int? SourcePort { get; }

    public string Signature { get; }

    public string SignatureHash { get; }

    public string? SourceFile { get; }

    public int? SourceLine { get; }

    /// <summary>The call trace, innermost first.</summary>
    public IReadOnlyList<StackFrame> Frames { get; }

    /// <summary>Registers as printed in the log.</summary>
    public IReadOnlyList<RegisterValue> Registers { get; }

    /// <summary>Registers of the netoops packet's own block.</summary>
    public IReadOnlyList<RegisterValue> HeaderRegisters { get; }

    public CodeDump? Code { get; }

    public MemoryAccess? Access { get; }

    public int? Cpu { get; }

    public int? Pid { get; }

    public string? Comm { get; }

    public string? Context { get; }

    public string? Taint { get; }

    public string? Hardware { get; }

    public string? Bios { get; }

    public string? Processor { get; }

    public IReadOnlyList<LoadedModule> Modules { get; }

    public int? OopsNumber { get; }

    public string? Panic { get; }

    public bool Aftermath { get; }

    public string? CorruptedReason { get; }

    public double? PrintkTime { get; }

    /// <summary>Byte offset in the stored log (/raw of netoops and http) of the first line that names the failure.</summary>
    public int Start { get; }

    public int End { get; }

    public IReadOnlyList<string> Explanation { get; }

    public Completeness Completeness { get; }

    public string? BootId { get; }

    public string? DumpType { get; }

    public IReadOnlyList<UserField> UserFields { get; }

    public string? UserBlob { get; }

    /// <summary>The report's own lines.</summary>
    /// <summary>False when /log and /raw have nothing to give.</summary>
    public bool LogKept { get; }

    /// <summary>Why, in a sentence; null when the log is kept.</summary>
    public string? LogReason { get; }

    public string Extract { get; }

    public int AnalyzerVersion { get; }

    public string? AnalysisFailure { get; }

    public string? Collector { get; }

    public string BugTitle { get; }

    public long BugCrashCount { get; }

    public long BugHostCount { get; }

    public IReadOnlyList<Witness> Witnesses { get; }

    public IReadOnlyList<CrashItem> Incident { get; }
}
