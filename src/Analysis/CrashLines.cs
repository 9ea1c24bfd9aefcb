using System.Text;
using Mayday.Analysis.Rules;

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
    // A start pattern begins within the first columns of a line's text, behind at most a label; the rest cannot matter.
    private const int Window = 512;

    /// <summary>Classifies one line of kernel text without its framing (no <c>&lt;N&gt;</c>, no timestamp, no line end).</summary>
    public static CrashLine Classify(ReadOnlySpan<byte> text)
    {
        // The shortest line that begins a report is longer than this.
        if (text.Length < 5)
        {
            return CrashLine.None;
        }

        if (IsEnd(text))
        {
            return CrashLine.End;
        }

        // One search sorts out nearly every line; the whole pattern is asked for the rest, since each false start costs a window.
        text = text[..Math.Min(text.Length, Window)];
        return RuleBook.Default.MayStart(text) && Starts(text) ? CrashLine.Start : CrashLine.None;
    }

    // By itself, so that other lines do not pay for the room.
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
        // Printed only when a panic has said everything; an offset of a booting kernel has other words.
        (byte)'K' => text.StartsWith("Kernel Offset: "u8),
        (byte)'r' => text.StartsWith("reboot: Restarting system"u8) || text.StartsWith("reboot: Power down"u8),
        (byte)'A' => text.StartsWith("ACPI MEMORY or I/O RESET_REG"u8),
        (byte)'P' => text.StartsWith("Press Any key to reboot"u8),
        _ => false,
    };
}
