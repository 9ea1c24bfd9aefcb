using System.Text;

namespace Mayday.Query;

/// <summary>Text in the form in which it is stored. A filter must give the same result before and after an event is stored.</summary>
internal static class StorableText
{
    /// <summary>Replaces U+0000 with ␀ and unpaired surrogates with U+FFFD, as the store does.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value == 0 ? "␀" : rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>
    /// Compares by code points, like the collation "C" of Postgres with UTF-8. An ordinal comparison would sort U+E000 after characters
    /// beyond U+FFFF.
    /// </summary>
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            char l = left[i], r = right[i];
            if (l != r)
            {
                return char.IsSurrogate(l) == char.IsSurrogate(r) ? l.CompareTo(r) : char.IsSurrogate(l) ? 1 : -1;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
