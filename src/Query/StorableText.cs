using System.Text;

namespace Mayday.Query;

/// <summary>Text as it will read once it is stored: a filter must say the same of an event before and after.</summary>
internal static class StorableText
{
    /// <summary>U+0000 as ␀ and half characters as U+FFFD, which is how the store writes them.</summary>
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

    /// <summary>By code points, as Postgres' collation "C" does over UTF-8; ordinal comparison would put U+E000 behind what is beyond U+FFFF.</summary>
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
