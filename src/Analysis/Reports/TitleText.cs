using System.Text;

namespace Mayday.Analysis.Reports;

/// <summary>Makes kernel messages comparable: replaces addresses, numbers, device names and the like with placeholder words.</summary>
internal static class TitleText
{
    // A title must fit on one line of a page. syzbot's titles are no longer than this.
    private const int MaxLength = 120;

    public static string Normalize(string message)
    {
        var text = message.AsSpan().Trim();
        var result = new StringBuilder(text.Length);
        var i = 0;
        while (i < text.Length && result.Length < MaxLength)
        {
            var c = text[i];
            var boundary = i == 0 || !char.IsAsciiLetterOrDigit(text[i - 1]) && text[i - 1] != '_';
            if (boundary && (char.IsAsciiHexDigit(c) || c == '-'))
            {
                var hex = HexRun(text[i..], out var prefixed);
                var digits = DigitRun(text[i..]);
                var after = i + Math.Max(hex, digits);
                var closed = after >= text.Length || !char.IsAsciiLetterOrDigit(text[after]) && text[after] != '_';
                if (closed && hex > 0 && (prefixed || hex >= 8 && HasDigit(text.Slice(i, hex))))
                {
                    result.Append(prefixed && hex <= 6 ? "NUM" : "ADDR");
                    i = after;
                    continue;
                }

                if (closed && digits > 0 && char.IsAsciiDigit(c))
                {
                    result.Append(i > 2 && text[i - 1] == ':' && text[i - 2] is 'c' or 'h' or 'S' ? "LINE" : "NUM");
                    i += digits;
                    continue;
                }
            }

            // "f+0x12/0x34" becomes "f", anywhere in the text.
            if (c == '+' && i > 0 && (char.IsAsciiLetterOrDigit(text[i - 1]) || text[i - 1] == '_') && OffsetRun(text[i..]) is > 0 and var offset)
            {
                i += offset;
                continue;
            }

            result.Append(c < ' ' ? ' ' : c);
            i++;
        }

        var title = result.ToString().TrimEnd(' ', '.', ':');
        return title.Length > MaxLength ? title[..MaxLength] : title;
    }

    private static int OffsetRun(ReadOnlySpan<char> text)
    {
        if (!text[1..].StartsWith("0x", StringComparison.Ordinal))
        {
            return 0;
        }

        var first = HexRun(text[1..], out _);
        if (first == 0 || 1 + first >= text.Length || text[1 + first] != '/')
        {
            return 0;
        }

        var second = HexRun(text[(2 + first)..], out var prefixed);
        return second > 0 && prefixed ? 2 + first + second : 0;
    }

    private static int HexRun(ReadOnlySpan<char> text, out bool prefixed)
    {
        prefixed = text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("0X", StringComparison.Ordinal);
        var i = prefixed ? 2 : 0;
        while (i < text.Length && char.IsAsciiHexDigit(text[i]))
        {
            i++;
        }

        return prefixed && i == 2 ? 0 : i;
    }

    private static int DigitRun(ReadOnlySpan<char> text)
    {
        var i = 0;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        return i;
    }

    private static bool HasDigit(ReadOnlySpan<char> text) => text.ContainsAnyInRange('0', '9');
}
