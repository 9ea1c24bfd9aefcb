using System.Text;

namespace Mayday.Query;

/// <summary>Writes texts in filter syntax.</summary>
public static class FilterText
{
    /// <summary>A text in quotes. Parsing it again gives the same text.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\t' => quoted.Append(@"\t"),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A bare word if that has the same meaning, otherwise a quoted text.</summary>
    public static string Write(string text) => Reading.FilterLexer.IsBare(text) ? text : Quote(text);

    /// <summary>
    /// A pattern in quotes. Its escapes stay. Only quotes change, into an escape or a character code with the same meaning.
    /// </summary>
    internal static string WritePattern(string pattern)
    {
        var quoted = new StringBuilder(pattern.Length + 2).Append('"');
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                i++;
                _ = pattern[i] == '"' ? quoted.Append(@"\x22") : quoted.Append('\\').Append(pattern[i]);
            }
            else if (pattern[i] == '"')
            {
                quoted.Append("\\\"");
            }
            else
            {
                quoted.Append(pattern[i]);
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A part of a filter for a message, cut to at most one line.</summary>
    internal static string Shown(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
}
