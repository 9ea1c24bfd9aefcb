namespace Mayday.Analysis.Lines;

/// <summary>The framing of one kernel line, parsed. The text itself begins at <see cref="TextOffset"/>.</summary>
internal struct FramedLine
{
    /// <summary>Offset of the text within the line, after priority, time, caller and syslog tag.</summary>
    public int TextOffset;

    /// <summary>The <c>&lt;N&gt;</c> number, or -1.</summary>
    public int Priority;

    /// <summary>Seconds since boot, or NaN.</summary>
    public double Time;

    /// <summary>The printer of the line (PRINTK_CALLER): 0 if unknown, a task's pid + 1, or -(number + 1) for a CPU.</summary>
    public int Caller;

    /// <summary>True if user space wrote the line: its facility is above 0, or a program name precedes the text.</summary>
    public bool IsUser;

    /// <summary>True if the kernel dropped messages just before this line ("** 178 printk messages dropped **").</summary>
    public bool AfterDrop;
}
