namespace Mayday.Analysis.Reports;

/// <summary>The kind of a report line, judged by its shape.</summary>
internal enum LineShape : byte
{
    /// <summary>Not a typical line of a report. It may belong to something else.</summary>
    Unknown,

    /// <summary>Part of a report (registers, headers, dumps), but not a frame.</summary>
    Known,

    Frame,

    /// <summary>The head of a stack: "Call Trace:", "Allocated by task 12:".</summary>
    TraceHead,

    /// <summary>The instruction pointer: "RIP: 0010:f+0x1/0x2", "pc : f+0x1/0x2".</summary>
    ProgramCounter,

    /// <summary>"---[ end trace".</summary>
    EndTrace,

    Gap,
}

/// <summary>One line of a report, without framing.</summary>
internal readonly record struct ReportLine(int Start, int End, string Text, LineShape Shape, StackFrame? Frame, StackFrame? SecondFrame);
