using System.Text;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis;

/// <summary>What one line means for code that watches a live console stream.</summary>
public enum CrashLine : byte
{
    /// <summary>Ordinary text.</summary>
    None = 0,

    /// <summary>The line may begin a crash report. Open a window, or keep an open window open.</summary>
    Start,

    /// <summary>
    /// The kernel's last words ("---[ end Kernel panic", "Rebooting in", "Kernel Offset:" after a panic). Nothing follows.
    /// </summary>
    End,
}

/// <summary>
/// A cheap, allocation-free test that the receiver runs on every line. It may return Start for an ordinary line, but it never misses a real
/// start. <see cref="CrashAnalyzer"/> decides later, with the whole text.
/// </summary>
public static class CrashLines
{
    // A start pattern begins in the first columns of a line, after at most a label. Bytes beyond this window cannot matter.
    private const int Window = 512;

    /// <summary>Classifies one line of kernel text without its framing (no <c>&lt;N&gt;</c>, no timestamp, no line end).</summary>
    public static CrashLine Classify(ReadOnlySpan<byte> text)
    {
        // Every line that begins a report is at least 5 bytes long.
        if (text.Length < 5)
        {
            return CrashLine.None;
        }

        if (IsEnd(text))
        {
            return CrashLine.End;
        }

        // The literal search rules out nearly every line. The full patterns run only on the rest, because each false start opens a window.
        text = text[..Math.Min(text.Length, Window)];
        return RuleBook.Default.MayStart(text) && Starts(text) ? CrashLine.Start : CrashLine.None;
    }

    // A separate method, so that other lines do not pay for the stack space it needs.
    private static bool Starts(ReadOnlySpan<byte> text)
    {
        Span<char> wide = stackalloc char[text.Length];
        Encoding.Latin1.GetChars(text, wide);
        return RuleBook.Default.Starts(wide);
    }

    private static bool IsEnd(ReadOnlySpan<byte> text) => text[0] switch
    {
        (byte)'-' => text.StartsWith("---[ end Kernel panic"u8),
        (byte)'R' => text.StartsWith("Rebooting in "u8),
        // Printed only at the end of a panic. The kernel prints the offset at boot with other words.
        (byte)'K' => text.StartsWith("Kernel Offset: "u8),
        (byte)'r' => text.StartsWith("reboot: Restarting system"u8) || text.StartsWith("reboot: Power down"u8),
        (byte)'A' => text.StartsWith("ACPI MEMORY or I/O RESET_REG"u8),
        (byte)'P' => text.StartsWith("Press Any key to reboot"u8),
        _ => false,
    };
}
