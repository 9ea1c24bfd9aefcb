using Mayday.Analysis.Parsing;

namespace Mayday.Analysis.Reports;

/// <summary>One printed stack, for example a "Call Trace:", an allocation stack, or the answer of one CPU to an NMI.</summary>
internal sealed class TraceStack(string name, int line, bool isHeaded = true)
{
    /// <summary>False for frames without a head line: output of another CPU, or a trace whose head was lost.</summary>
    public bool IsHeaded { get; } = isHeaded;

    public string Name { get; } = name;

    /// <summary>Index of the stack's first line.</summary>
    public int Line { get; } = line;

    public List<StackFrame> Frames { get; } = [];

    /// <summary>
    /// True if a frame of this stack can be the guilty frame. False for stacks that only inform, such as an allocation stack.
    /// </summary>
    public bool IsCulprits => Name is "task" or "access" or "nmi" or "irq" or "softirq" or "exception" or "leak";
}

/// <summary>The stacks and instruction pointers of a report, in printed order.</summary>
internal sealed class Traces
{
    public List<TraceStack> Stacks { get; } = [];

    /// <summary>Instruction pointers printed before the first trace. The report names them as the place of the fault.</summary>
    public List<StackFrame> ProgramCounters { get; } = [];

    public TraceStack? First => Stacks.Find(s => s.IsCulprits && s.IsHeaded && s.Frames.Count > 0) ?? Stacks.Find(s => s.IsCulprits && s.Frames.Count > 0);

    public TraceStack? Last => Stacks.FindLast(s => s.Name is "task" && s.Frames.Count > 0);

    public bool OpenAtEnd { get; private set; }

    public static Traces Read(ReportText report)
    {
        var traces = new Traces();
        var stack = (TraceStack?)null;
        var mark = "";
        var end = report.EndTraceAt >= 0 ? report.EndTraceAt : report.Lines.Count;
        // Old kernels print the panic before the trace of the report it ends. Lines after an end trace do not belong to the report.
        for (var i = 0; i < end; i++)
        {
            var line = report.Lines[i];
            switch (line.Shape)
            {
                case LineShape.TraceHead:
                    var name = LineShapes.StackOf(line.Text.AsSpan().Trim()) ?? "task";
                    if (name == "task" && stack is { Name: "nmi" or "kthread", Frames.Count: 0 or 1 })
                    {
                        break;   // the answer to an NMI: this head only repeats that a trace follows
                    }

                    stack = new TraceStack(name, i);
                    mark = "";
                    traces.Stacks.Add(stack);
                    break;
                case LineShape.ProgramCounter when line.Frame is not null:
                    if (stack is null || (!stack.IsHeaded && traces.ProgramCounters.Count == 0))
                    {
                        traces.ProgramCounters.Add(line.Frame);
                    }
                    else if (stack.Name is "task" or "nmi")
                    {
                        stack.Frames.Add(line.Frame);
                    }

                    break;
                case LineShape.Frame when line.Frame is not null:
                    if (ReadMark(line.Text, ref mark))
                    {
                    }

                    if (stack is null)
                    {
                        // Either the trace's head is missing, or this architecture prints none.
                        stack = new TraceStack("task", i, isHeaded: false);
                        traces.Stacks.Add(stack);
                    }

                    stack.Frames.Add(mark.Length > 0 ? line.Frame with { Stack = mark } : line.Frame with { Stack = stack.Name });
                    if (line.SecondFrame is not null && !NextIsFrame(report, i))
                    {
                        stack.Frames.Add(line.SecondFrame with { Stack = stack.Name });
                    }

                    break;
                default:
                    if (ReadMark(line.Text, ref mark))
                    {
                        traces.OpenAtEnd = mark is "task";
                    }

                    break;
            }
        }

        return traces;
    }

    private static bool NextIsFrame(ReportText report, int at) => at + 1 < report.Lines.Count && report.Lines[at + 1].Shape == LineShape.Frame;

    private static bool ReadMark(string text, ref string mark)
    {
        var trimmed = text.AsSpan().TrimStart();
        if (trimmed.Length < 4 || trimmed[0] != '<')
        {
            return false;
        }

        if (trimmed.StartsWith("<IRQ>", StringComparison.Ordinal)) { mark = "irq"; }
        else if (trimmed.StartsWith("<NMI>", StringComparison.Ordinal)) { mark = "nmi"; }
        else if (trimmed.StartsWith("<SOFTIRQ>", StringComparison.Ordinal)) { mark = "softirq"; }
        else if (trimmed.StartsWith("<TASK>", StringComparison.Ordinal)) { mark = "task"; }
        else if (trimmed.StartsWith("<#", StringComparison.Ordinal) || trimmed.StartsWith("<ENTRY", StringComparison.Ordinal)) { mark = "exception"; }
        else if (trimmed.StartsWith("</", StringComparison.Ordinal) || trimmed.StartsWith("<EOI>", StringComparison.Ordinal) || trimmed.StartsWith("<<EOE>>", StringComparison.Ordinal)) { mark = ""; }
        else { return false; }
        return true;
    }
}
