using System.Diagnostics.CodeAnalysis;
using System.Text;
using Mayday.Query.Fields;
using Mayday.Query.Reading;

namespace Mayday.Query;

/// <summary>
/// A condition as people write it: <c>kind:kasan host:web-* since:7d</c>, <c>severity &lt;= err &amp;&amp; arg1 > 5</c>. The language is described in
/// docs/filters.md; which fields there are is said by a <see cref="FieldCatalogue"/>.
/// </summary>
public sealed class Filter
{
    /// <summary>Longer filters come from programs; their lists belong into several requests.</summary>
    public const int MaxLength = 4096;

    /// <summary>Parentheses and negations in one another: recursion ends here, not at the end of the stack.</summary>
    public const int MaxDepth = 32;

    /// <summary>Conditions in one filter: each is a test of every item passed over.</summary>
    public const int MaxTests = 64;

    private Filter(string text, FilterNode root, FieldCatalogue catalogue)
    {
        Text = text;
        Root = root;
        Catalogue = catalogue;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    public FilterNode Root { get; }

    public FieldCatalogue Catalogue { get; }

    /// <summary>Reads a filter. Never throws, whatever the text.</summary>
    public static bool TryParse(
        string text, FieldCatalogue catalogue, [NotNullWhen(true)] out Filter? filter, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(text, catalogue, BareWords.Search, out filter, out error);

    /// <param name="bareWords">What words without a field are.</param>
    public static bool TryParse(
        string text, FieldCatalogue catalogue, BareWords bareWords, [NotNullWhen(true)] out Filter? filter, [NotNullWhen(false)] out FilterError? error)
    {
        filter = null;
        if (text.Length > MaxLength)
        {
            error = new FilterError(MaxLength + 1, 0, $"The filter is longer than {MaxLength} characters.");
            return false;
        }

        if (HalfCharacterIn(text) is >= 0 and var half)
        {
            error = new FilterError(half + 1, 1, "Half a character (an unpaired surrogate) stands here.");
            return false;
        }

        if (!FilterLexer.TryRead(text, out var tokens, out error))
        {
            return false;
        }

        var parser = new FilterParser(text, tokens, catalogue, bareWords);
        if (parser.Parse() is not { } root)
        {
            error = parser.Error!;
            return false;
        }

        filter = new Filter(text, root, catalogue);
        return true;
    }

    /// <summary>Whether an item in memory fits.</summary>
    /// <param name="now">What ages count from.</param>
    public bool Matches<T>(T item, FieldReaders<T> readers, DateTimeOffset now) => FilterEvaluation.Matches(Root, item, now, readers);

    /// <summary>The filter in its short form; read again it gives the same tree.</summary>
    public override string ToString() => FilterWriter.Write(Root, Catalogue);

    private static int HalfCharacterIn(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>What words without a field are in a filter.</summary>
public enum BareWords : byte
{
    /// <summary>Texts to look for.</summary>
    Search,

    /// <summary>
    /// Mistakes, for filters that are stored and run without anybody looking at what they find: there a comparison whose sign was forgotten
    /// must not become a search for its words. A text in quotes is still looked for.
    /// </summary>
    Refuse,
}
