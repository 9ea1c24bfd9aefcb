namespace Mayday.Simulation.Replay;

/// <summary>Finds the kernel release that a log prints of itself.</summary>
public static class KernelReleaseFinder
{
    private const int MaxReleaseLength = 64;

    /// <summary>
    /// Looks for <c>Linux version X</c>, printed first at boot, and else for the line every report has:
    /// <c>CPU: 0 PID: 125 Comm: x Tainted: G OE 6.1.0-56-amd64 #1</c>.
    /// </summary>
    /// <param name="log">The log; the last boot in it counts.</param>
    /// <returns>The release, in the memory of the log; empty when it is not printed.</returns>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> log)
    {
        var text = log.Span;
        var banner = text.LastIndexOf("Linux version "u8);
        if (banner >= 0)
        {
            var start = banner + "Linux version ".Length;
            var word = FirstWord(text[start..]);
            if (IsRelease(word))
            {
                return log.Slice(start, word.Length);
            }
        }

        for (var end = text.Length; end > 0;)
        {
            var taint = text[..end].LastIndexOf("ainted"u8);
            if (taint < 0)
            {
                break;
            }

            var line = text[taint..];
            var lineEnd = line.IndexOf((byte)'\n');
            line = lineEnd < 0 ? line : line[..lineEnd];
            var build = line.IndexOf(" #"u8);
            if (build > 0 && line.Length > build + 2 && char.IsAsciiDigit((char)line[build + 2]))
            {
                var start = line[..build].LastIndexOf((byte)' ') + 1;
                if (IsRelease(line[start..build]))
                {
                    return log.Slice(taint + start, build - start);
                }
            }

            end = taint;
        }

        return default;
    }

    private static ReadOnlySpan<byte> FirstWord(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny(" \n\r"u8);
        return end < 0 ? text : text[..end];
    }

    private static bool IsRelease(ReadOnlySpan<byte> word) =>
        word.Length is > 0 and <= MaxReleaseLength && char.IsAsciiDigit((char)word[0]) && word.Contains((byte)'.')
        && !word.ContainsAnyExceptInRange((byte)'!', (byte)'~');
}
