namespace Mayday.Events.Filtering;

/// <summary>What could stand at a place of a filter that is being written.</summary>
/// <param name="Start">Where the word begins that a suggestion takes the place of, from 0.</param>
public sealed record FilterCompletion(int Start, int Length, IReadOnlyList<FilterSuggestion> Suggestions)
{
    /// <summary>More than a person reads at a glance is no help.</summary>
    public const int MaxSuggestions = 12;

    private static readonly FilterCompletion s_nothing = new(0, 0, []);

    /// <param name="caret">Where the writing is going on, from 0.</param>
    public static FilterCompletion At(string text, int caret, ArgumentCatalog names)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        if (text.Length > EventFilter.MaxLength || !FilterLexer.TryRead(text[..caret], out var tokens, out _))
        {
            return s_nothing; // inside a quoted text
        }

        // The word that ends at the caret, and what stands before it.
        var last = tokens.Count - 2;
        var isInWord = last >= 0 && tokens[last].Kind == FilterTokenKind.Word && tokens[last].Start + tokens[last].Length == caret;
        var word = isInWord ? tokens[last].Text : "";
        var before = isInWord ? last - 1 : last;
        if (before >= 0 && tokens[before].Kind is FilterTokenKind.Word or FilterTokenKind.Quoted)
        {
            return s_nothing; // after a field or a value: an operator, which is no word
        }

        var choices = before >= 0 && tokens[before].Kind == FilterTokenKind.Operator
            ? before >= 1 ? Values(tokens[before - 1].Text, names) : []
            : Fields(names);
        var start = caret - word.Length;
        return new FilterCompletion(start, word.Length, [.. choices
            .Where(choice => choice.Insert.StartsWith(word, StringComparison.OrdinalIgnoreCase) && choice.Insert.Length > word.Length)
            .Take(MaxSuggestions)]);
    }

    private static IEnumerable<FilterSuggestion> Fields(ArgumentCatalog names) => FilterField.All
        .Select(field => new FilterSuggestion(field.Name, field.Meaning))
        .Concat(FilterField.Entries.Select(entry => new FilterSuggestion(entry.Name, entry.Meaning)))
        .Append(new FilterSuggestion("arg1", "first argument of the format string; arg2 the second"))
        .Concat(names.Names.Order(StringComparer.OrdinalIgnoreCase).Select(name => new FilterSuggestion(name, "argument that a template names")));

    private static IEnumerable<FilterSuggestion> Values(string field, ArgumentCatalog names) => FilterField.Find(field)?.Kind switch
    {
        FilterFieldKind.Severity => FilterWords.Severities.Select((word, number) => new FilterSuggestion(word, $"{number}")),
        FilterFieldKind.Flags => FilterWords.Flags.Select(flag => new FilterSuggestion(flag.Word, $"0x{(uint)flag.Flag:x}")),
        FilterFieldKind.Format => FilterWords.Formats.Select(word => new FilterSuggestion(word, "form of the record")),
        FilterFieldKind.Transport => FilterWords.Transports.Select(word => new FilterSuggestion(word, "way it came")),
        FilterFieldKind.Facility => FilterWords.Facilities.Select(facility => new FilterSuggestion(facility.Word, "facility of syslog")),
        FilterFieldKind.User => [new("root", "0"), new("nobody", "65534")],
        FilterFieldKind.Age => [new("10m", "ten minutes"), new("1h", "an hour"), new("24h", "a day"), new("7d", "a week")],
        null => names.Find(field).SelectMany(place => place.Words?.Keys ?? []).Distinct(StringComparer.OrdinalIgnoreCase).Select(word => new FilterSuggestion(word, "")),
        _ => [],
    };
}

/// <summary>A word that could stand there, and what it means.</summary>
public sealed record FilterSuggestion(string Insert, string Meaning);
