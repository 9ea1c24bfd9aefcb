using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Reports;

/// <summary>Collects the lines of one report.</summary>
internal sealed class ReportText(FormatRule rule, Captures captures, int caller, int start, double time)
{
    // The longest real reports (lockdep with the locks of every task) are shorter. Later lines only move <c>End</c>.
    public const int MaxLines = 4000;

    public FormatRule Rule { get; set; } = rule;

    public Captures Captures { get; set; } = captures;

    public int Caller { get; } = caller;

    public int Start { get; set; } = start;

    public int End { get; set; } = start;

    public double Time { get; } = time;

    public List<ReportLine> Lines { get; } = [];

    /// <summary>The lines that the same printer wrote just before the start, oldest first.</summary>
    public List<string> Prelude { get; init; } = [];

    public int LineNumber { get; init; }

    /// <summary>The boot within the log that the report belongs to.</summary>
    public int Boot { get; init; }

    public int UnknownRun { get; set; }

    public bool SeenOops { get; set; }

    public bool SeenTrace { get; set; }

    /// <summary>True after "---[ end trace". Only registers, the panic and its trace may follow.</summary>
    public bool Ended { get; set; }

    /// <summary>Index in <see cref="Lines"/> of the end trace, or -1.</summary>
    public int EndTraceAt { get; set; } = -1;

    public string? Panic { get; set; }

    public int PanicAt { get; set; } = -1;

    public bool Rebooting { get; set; }

    public string? CorruptedReason { get; set; }

    public int LastLineNumber { get; set; }

    /// <summary>Captures of the "Oops: 0002 [#1]" line that followed the start.</summary>
    public Captures? OopsCaptures { get; set; }
}
