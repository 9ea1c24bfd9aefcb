namespace Mayday.Analysis.Lines;

/// <summary>What the framing before a kernel line says; the text itself begins at <see cref="TextOffset"/> of the line.</summary>
internal struct FramedLine
{
    /// <summary>Offset of the text within the line, behind priority, time, caller and syslog tag.</summary>
    public int TextOffset;

    /// <summary>The <c>&lt;N&gt;</c> number, or -1.</summary>
    public int Priority;

    /// <summary>Seconds since boot, or NaN.</summary>
    public double Time;

    /// <summary>Who printed it (PRINTK_CALLER): 0 unknown, positive a task's pid + 1, negative a CPU's -(number + 1).</summary>
    public int Caller;

    /// <summary>Written by user space: facility above 0, or tagged with a program's name.</summary>
    public bool IsUser;

    /// <summary>A message was dropped right before this line ("** 178 printk messages dropped **").</summary>
    public bool AfterDrop;
}
