using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mayday.Events.Filtering;

/// <summary>
/// A condition on events, written by people: <c>severity &lt;= err &amp;&amp; host ~ "^web" &amp;&amp; arg1 > 5</c>. The language is described in
/// docs/evlog.md. The same filter runs in memory (<see cref="Matches"/>) and in SQL, with the same results.
/// </summary>
public sealed class EventFilter
{
    /// <summary>Longer filters come from programs; their lists belong into several requests.</summary>
    public const int MaxLength = 4096;

    /// <summary>Parentheses and negations in one another: recursion ends here, not at the end of the stack.</summary>
    public const int MaxDepth = 32;

    /// <summary>Conditions in one filter: each is a test of every event passed over.</summary>
    public const int MaxTests = 64;

    /// <summary>An evlog record holds at most 8 KiB: arguments beyond this position are nobody's.</summary>
    public const int MaxPosition = 999;

    private EventFilter(string text, FilterNode root)
    {
        Text = text;
        Root = root;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    public FilterNode Root { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out EventFilter? filter, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(text, ArgumentCatalog.Empty, out filter, out error);

    /// <param name="names">Arguments that templates have named.</param>
    public static bool TryParse(
        string text, ArgumentCatalog names, [NotNullWhen(true)] out EventFilter? filter, [NotNullWhen(false)] out FilterError? error)
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

        if (!FilterLexer.TryRead(text, out var tokens, out var mistake))
        {
            error = mistake;
            return false;
        }

        var parser = new FilterParser(text, tokens, names);
        if (parser.Parse() is not { } root)
        {
            error = parser.Error!;
            return false;
        }

        filter = new EventFilter(text, root);
        error = null;
        return true;
    }

    /// <param name="now">What ages count from.</param>
    public bool Matches(ReceivedFacts facts, DateTimeOffset now) => FilterEvaluation.Matches(Root, facts, now);

    public override string ToString() => Text;

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
