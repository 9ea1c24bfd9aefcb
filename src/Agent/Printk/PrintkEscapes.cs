using System.Globalization;
using System.Text;

namespace Mayday.Agent.Printk;

/// <summary>The C escapes of an index file, as the kernel's string_escape_mem writes them.</summary>
internal static class PrintkEscapes
{
    public static string Undo(ReadOnlySpan<char> escaped)
    {
        if (!escaped.Contains('\\'))
        {
            return escaped.ToString();
        }

        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\' || i + 1 >= escaped.Length)
            {
                text.Append(escaped[i]);
                continue;
            }

            var letter = escaped[++i];
            switch (letter)
            {
                case 'x':
                    i += Number(escaped[(i + 1)..], 16, 2, text);
                    break;
                case >= '0' and <= '7':
                    i += Number(escaped[i..], 8, 3, text) - 1;
                    break;
                default:
                    text.Append(letter switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'v' => '\v', 'f' => '\f', 'a' => '\a', 'e' => '\x1b', _ => letter });
                    break;
            }
        }

        return text.ToString();
    }

    public static void Write(string text, StringBuilder line)
    {
        foreach (var letter in text)
        {
            switch (letter)
            {
                case '\n':
                    line.Append("\\n");
                    break;
                case '\t':
                    line.Append("\\t");
                    break;
                case '\r':
                    line.Append("\\r");
                    break;
                case '"' or '\\':
                    line.Append('\\').Append(letter);
                    break;
                case < ' ' or '\x7f':
                    // Always three octal digits, so that a following digit cannot become part of the escape.
                    line.Append('\\').Append(Convert.ToString(letter, 8).PadLeft(3, '0'));
                    break;
                default:
                    line.Append(letter);
                    break;
            }
        }
    }

    // The bytes of one character may be escaped separately. Index files are ASCII, so each escape stands for one byte.
    private static int Number(ReadOnlySpan<char> digits, int radix, int most, StringBuilder text)
    {
        var value = 0;
        var length = 0;
        for (; length < most && length < digits.Length; length++)
        {
            if (!int.TryParse(digits.Slice(length, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digit) || digit >= radix)
            {
                break;
            }

            value = value * radix + digit;
        }

        if (length > 0)
        {
            text.Append((char)(value & 0xff));
        }

        return length;
    }
}
