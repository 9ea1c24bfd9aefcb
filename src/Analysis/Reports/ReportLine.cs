namespace Mayday.Analysis.Reports;

/// <summary>What a line of a report is, as far as its shape tells.</summary>
internal enum LineShape : byte
{
    /// <summary>Nothing that a report is made of: possibly somebody else's line.</summary>
    Unknown,

    /// <summary>Part of a report (registers, headers, dumps), but no frame.</summary>
    Known,

    Frame,

    /// <summary>Begins a stack: "Call Trace:", "Allocated by task 12:".</summary>
    TraceHead,

    /// <summary>The program counter: "RIP: 0010:f+0x1/0x2", "pc : f+0x1/0x2".</summary>
    ProgramCounter,

    /// <summary>"---[ end trace".</summary>
    EndTrace,

    Gap,
}

/// <summary>One line of a report, framing taken off.</summary>
internal readonly record struct ReportLine(int Start, int End, string Text, LineShape Shape, StackFrame? Frame, StackFrame? SecondFrame);
