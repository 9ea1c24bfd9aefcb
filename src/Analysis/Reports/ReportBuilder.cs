using System.Security.Cryptography;
using System.Text;
using Mayday.Analysis.Blame;
using Mayday.Analysis.Code;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Reports;

/// <summary>Builds a crash report from the collected lines of one report.</summary>
internal sealed class ReportBuilder(RuleBook rules)
{
    // More frames than this help nobody. A recursion that overflows the stack prints thousands.
    private const int MaxFrames = 400;

    public CrashReport Build(ReportText report, bool aftermath)
    {
        var traces = Traces.Read(report);
        var details = Details.Read(report);
        var steps = new List<string>();
        var format = Refine(report, traces, steps);
        var verdict = new BlameFinder(rules, report, traces, format, steps).Find();
        var function = verdict.Function is null ? null : FunctionNames.Title(verdict.Function);
        var title = Title(format, report, details, function);
        var signature = Signature(format, title, function, report.Captures);
        steps.Add($"signature {signature}: family and {(signature.EndsWith(": " + function, StringComparison.Ordinal) && function is not null ? "function" : "title")}");
        var corrupted = Corrupted(report, traces, format, function);
        var fatal = report.Panic is not null || format.Severity == CrashSeverity.Fatal || report.Rebooting;
        return new CrashReport
        {
            Kind = format.Kind,
            Class = format.Class,
            Severity = fatal ? CrashSeverity.Fatal : format.Severity,
            Title = title,
            Function = function,
            Module = verdict.Module,
            SourceFile = report.Captures.SourceFile,
            SourceLine = report.Captures.SourceLine,
            Signature = signature,
            SignatureHash = Hash(signature),
            Frames = Frames(traces, verdict),
            Registers = details.Registers,
            Code = details.CodeBytes is null ? null : CodeReader.Read(details.CodeBytes, details.Registers, traces.ProgramCounters.Count > 0 ? traces.ProgramCounters[0].Offset : null),
            Cpu = details.Cpu,
            Pid = details.Pid,
            Comm = details.Comm,
            KernelRelease = details.Release,
            Taint = details.Taint,
            Hardware = details.Hardware,
            Bios = details.Bios,
            Modules = details.Modules,
            Access = Access(details.Access, traces),
            Context = details.Context,
            OopsNumber = report.Captures.Number("oops") ?? report.OopsCaptures?.Number("oops"),
            Fatal = fatal,
            Panic = report.Panic,
            Aftermath = aftermath,
            Corrupted = corrupted is not null,
            CorruptedReason = corrupted,
            PrintkTime = double.IsNaN(report.Time) ? null : report.Time,
            Start = report.Start,
            End = report.End,
            Explanation = steps,
        };
    }

    private static FormatRule Refine(ReportText report, Traces traces, List<string> steps)
    {
        steps.Add($"format {report.Rule.Name}: {report.Lines[0].Text.Trim()}");
        foreach (var refinement in report.Rule.Refinements)
        {
            var function = report.Captures.Function ?? (traces.ProgramCounters.Count > 0 ? traces.ProgramCounters[0].Function : null);
            if (function is not null && refinement.IfFunction.Contains(function))
            {
                steps.Add($"format {refinement.Name}: {function} says so");
                return refinement;
            }

            if (report.Captures.SourceFile is { } file && refinement.IfSource.Exists(s => file.StartsWith(s, StringComparison.Ordinal) || file.EndsWith("/" + s, StringComparison.Ordinal)))
            {
                steps.Add($"format {refinement.Name}: {file} says so");
                return refinement;
            }

            foreach (var pattern in refinement.IfText)
            {
                if (report.Prelude.FindLast(l => pattern.TryMatch(l, null)) is { } before)
                {
                    // Only lines right before the start belong to the report.
                    if (report.Prelude.Count - report.Prelude.LastIndexOf(before) <= 5)
                    {
                        steps.Add($"format {refinement.Name}: {before.Trim()}");
                        return refinement;
                    }
                }

                for (var i = 0; i < report.Lines.Count && i < 30; i++)
                {
                    if (report.Lines[i].Shape != LineShape.Frame && pattern.TryMatch(report.Lines[i].Text, null))
                    {
                        steps.Add($"format {refinement.Name}: {report.Lines[i].Text.Trim()}");
                        return refinement;
                    }
                }
            }
        }

        return report.Rule;
    }

    private static string Title(FormatRule format, ReportText report, Details details, string? function)
    {
        var title = format.Title;
        var captures = report.Captures;
        if (title.Contains("{access}", StringComparison.Ordinal))
        {
            title = details.AccessWord is { } word ? title.Replace("{access}", word, StringComparison.Ordinal) : title.Replace(" {access}", "", StringComparison.Ordinal);
        }

        if (title.Contains("{message}", StringComparison.Ordinal))
        {
            var message = captures["message"] ?? PanicMessage(report.Lines[0].Text);
            title = title.Replace("{message}", TitleText.Normalize(message), StringComparison.Ordinal);
        }

        if (title.Contains(" / {other}", StringComparison.Ordinal) && captures["other"] is null)
        {
            title = title.Replace(" / {other}", "", StringComparison.Ordinal);
        }

        if (function is null)
        {
            title = title.Replace(" in {function}", "", StringComparison.Ordinal).Replace("{function}", "", StringComparison.Ordinal);
        }
        else
        {
            title = title.Replace("{function}", function, StringComparison.Ordinal);
        }

        foreach (var (name, value) in captures.Values)
        {
            if (name != "message" && title.Contains('{', StringComparison.Ordinal))
            {
                title = title.Replace("{" + name + "}", name == "bug" ? BugWords(value, format) : value, StringComparison.Ordinal);
            }
        }

        return title.Trim();
    }

    private static string BugWords(string value, FormatRule format) => format.Kind switch
    {
        CrashKind.Kasan => value.Replace(' ', '-'),
        CrashKind.Ubsan => value.ToLowerInvariant().Replace(' ', '-'),
        _ => value,
    };

    private static string PanicMessage(string line)
    {
        var at = line.IndexOf("not syncing: ", StringComparison.Ordinal);
        if (at >= 0)
        {
            return line[(at + 13)..];
        }

        at = line.IndexOf("Kernel panic: ", StringComparison.Ordinal);
        return at >= 0 ? line[(at + 14)..] : line;
    }

    private static string Signature(FormatRule format, string title, string? function, Captures captures)
    {
        var family = format.Family;
        if (family.Contains('{', StringComparison.Ordinal))
        {
            foreach (var (name, value) in captures.Values)
            {
                family = family.Replace("{" + name + "}", value, StringComparison.Ordinal);
            }
        }

        return function is not null && format.Title.Contains("{function}", StringComparison.Ordinal) && !title.Contains(" / ", StringComparison.Ordinal)
            ? $"{family}: {function}"
            : $"{family}: {title}";
    }

    private static string Hash(string signature)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(signature), digest);
        return Convert.ToHexStringLower(digest[..8]);
    }

    /// <summary>
    /// Finds who owned the object: the first frames of the allocation and free stacks that are not part of the allocator.
    /// </summary>
    private MemoryAccess? Access(MemoryAccess? access, Traces traces)
    {
        var allocated = Owner(traces, "alloc");
        var freed = Owner(traces, "free");
        return allocated is null && freed is null ? access : (access ?? new MemoryAccess(null, null, null)) with { AllocatedBy = allocated, FreedBy = freed };
    }

    private string? Owner(Traces traces, string stack)
    {
        var frames = traces.Stacks.Find(s => s.Name == stack && s.Frames.Count > 0)?.Frames;
        return frames?.Find(f => f.IsReliable && !f.Function.StartsWith("0x", StringComparison.Ordinal)
            && !rules.Frames("report").Contains(f.Function) && !rules.Frames("allocate").Contains(f.Function) && !rules.Frames("helper").Contains(f.Function))?.Function;
    }

    private static List<StackFrame> Frames(Traces traces, Verdict verdict)
    {
        var frames = new List<StackFrame>();
        var marked = false;
        void Add(StackFrame frame)
        {
            if (frames.Count >= MaxFrames)
            {
                return;
            }

            if (!marked && verdict.Frame is not null && ReferenceEquals(frame, verdict.Frame))
            {
                marked = true;
                frame = frame with { IsGuilty = true };
            }

            frames.Add(frame);
        }

        foreach (var pc in traces.ProgramCounters)
        {
            Add(pc);
        }

        foreach (var stack in traces.Stacks)
        {
            foreach (var frame in stack.Frames)
            {
                Add(frame);
            }
        }

        if (!marked && verdict.Function is not null)
        {
            var at = frames.FindIndex(f => f.Function == verdict.Function && f.IsReliable);
            if (at >= 0)
            {
                frames[at] = frames[at] with { IsGuilty = true };
            }
        }

        return frames;
    }

    private static string? Corrupted(ReportText report, Traces traces, FormatRule format, string? function)
    {
        if (report.CorruptedReason is not null)
        {
            return report.CorruptedReason;
        }

        if (format.Corrupted is not null)
        {
            return format.Corrupted;
        }

        if (format.Blame == BlameRule.None)
        {
            return null;
        }

        if (function is null && format.Title.Contains("{function}", StringComparison.Ordinal))
        {
            return "no function to blame was printed";
        }

        if (traces.Stacks.Count == 0 && traces.ProgramCounters.Count == 0 && format.Blame is not (BlameRule.Line or BlameRule.HeldLock or BlameRule.FreedLock or BlameRule.Work))
        {
            return "no call trace was printed";
        }

        return traces.OpenAtEnd && report.EndTraceAt < 0 && report.Panic is null ? "the trace is cut off" : null;
    }
}
