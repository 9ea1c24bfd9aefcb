using Mayday.Query.Fields;
using Mayday.Query.Reading;

namespace Mayday.Query;

/// <summary>Suggestions for one position of a filter that is being written.</summary>
/// <param name="Start">Start of the word that a suggestion replaces, from 0.</param>
public sealed record FilterCompletion(int Start, int Length, IReadOnlyList<FilterSuggestion> Suggestions)
{
    /// <summary>More suggestions cannot be read at a glance.</summary>
    public const int MaxSuggestions = 12;

    public static FilterCompletion Nothing { get; } = new(0, 0, []);

    /// <summary>Finds suggestions. Never throws, whatever the text.</summary>
    /// <param name="caret">Position of the caret, from 0.</param>
    public static FilterCompletion At(string text, int caret, FieldCatalogue catalogue)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        if (text.Length > Filter.MaxLength || !FilterLexer.TryRead(text[..caret], out var tokens, out _))
        {
            return Nothing; // inside a quoted text
        }

        // The word that ends at the caret, and the token before it.
        var last = tokens.Count - 2;
        var isInWord = last >= 0 && tokens[last].Kind == FilterTokenKind.Word && tokens[last].Start + tokens[last].Length == caret;
        var word = isInWord ? tokens[last].Text : "";
        var before = isInWord ? last - 1 : last;
        if (before >= 0 && tokens[before].Kind == FilterTokenKind.Operator)
        {
            var field = before >= 1 ? catalogue.Find(FieldName(tokens[before - 1].Text)) : null;
            return Offered(caret, word, field?.Type.Suggestions ?? []);
        }

        var colon = word.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && catalogue.Find(word[..colon]) is { } named)
        {
            return Offered(caret, word[(colon + 1)..], named.Type.Suggestions);
        }

        // After a field name an operator follows, which is not a word. After "..." or a value, the next condition may start.
        return !isInWord && before >= 0 && tokens[before].Kind == FilterTokenKind.Word && IsLoneField(tokens, before, catalogue)
            ? Nothing
            : Offered(caret, word, catalogue.Names);
    }

    private static string FieldName(string word) => word.EndsWith(':') ? word[..^1] : word;

    private static bool IsLoneField(List<FilterToken> tokens, int index, FieldCatalogue catalogue) =>
        (index == 0 || tokens[index - 1].Kind != FilterTokenKind.Operator) && catalogue.Find(tokens[index].Text) is { Type.StandsAlone: false };

    private static FilterCompletion Offered(int caret, string word, IEnumerable<FilterSuggestion> choices) => new(caret - word.Length, word.Length,
    [
        .. choices
            .Where(choice => choice.Insert.StartsWith(word, StringComparison.OrdinalIgnoreCase) && choice.Insert.Length > word.Length)
            .Take(MaxSuggestions),
    ]);
}

/// <summary>A word that fits at the position, and its meaning.</summary>
public sealed record FilterSuggestion(string Insert, string Meaning, FilterSuggestionKind Kind);

public enum FilterSuggestionKind : byte
{
    /// <summary>A field name; an operator follows it.</summary>
    Field,

    /// <summary>A value; the condition is complete after it.</summary>
    Value,
}
