using System.Globalization;
using System.Text;

namespace Mayday.Web.Components.Texts;

/// <summary>
/// Text that a sender wrote, made safe to look at: control characters, and those that turn the direction of writing or hide,
/// become their codes, the way the log itself is shown (<c>\x1b</c>, <c>\u202e</c>). Razor encodes HTML; this is for what HTML would let through.
/// </summary>
public static class PlainText
{
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var first = FirstToReplace(text);
        if (first < 0)
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 8).Append(text, 0, first);
        for (var i = first; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\t' || !IsHidden(c))
            {
                safe.Append(c);
            }
            else if (c is '\u2400')
            {
                // What the store keeps for a NUL, which Postgres refuses.
                safe.Append(@"\x00");
            }
            else if (c <= 0xFF)
            {
                safe.Append(CultureInfo.InvariantCulture, $@"\x{(int)c:x2}");
            }
            else
            {
                safe.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}");
            }
        }

        return safe.ToString();
    }

    private static int FirstToReplace(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\t' && IsHidden(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    // Controls (C0, DEL, C1), lone surrogates aside: bidi embeddings, overrides and isolates, zero-width characters, line and paragraph separators, BOM.
    private static bool IsHidden(char c) =>
        c < 0x20 || c is >= '\u007F' and <= '\u009F'
        || c is '\u061C' or '\u00AD' or '\uFEFF' or '\u180E' or '\u2400'
        || c is >= '\u200B' and <= '\u200F' or >= '\u2028' and <= '\u202E' or >= '\u2060' and <= '\u206F'
        || c is >= '\uFFF9' and <= '\uFFFB';
}
