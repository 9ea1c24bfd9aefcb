namespace Mayday.Query.Fields;

/// <summary>
/// The fields that filters on one subject can name. A subject whose names are not all known in advance overrides <see cref="FindOther"/>.
/// </summary>
public class FieldCatalogue
{
    private readonly Dictionary<string, (FilterField Field, FieldShortcut? Shortcut)> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="search">The text field that a bare word or a quoted text is searched in.</param>
    public FieldCatalogue(IReadOnlyList<FilterField> fields, FilterField search, params IReadOnlyList<FieldShortcut> shortcuts)
    {
        if (search.Type.Short != FilterOperator.Finds)
        {
            throw new ArgumentException("bare words are looked for in a field of prose", nameof(search));
        }

        Fields = fields;
        Search = search;
        Shortcuts = shortcuts;
        foreach (var field in fields)
        {
            _byName.Add(field.Name, (field, null));
            foreach (var alias in field.Aliases)
            {
                _byName.Add(alias, (field, null));
            }
        }

        foreach (var shortcut in shortcuts)
        {
            _byName.Add(shortcut.Name, (shortcut.Field, shortcut));
        }
    }

    public IReadOnlyList<FilterField> Fields { get; }

    public IReadOnlyList<FieldShortcut> Shortcuts { get; }

    public FilterField Search { get; }

    /// <summary>An example of a condition, for messages.</summary>
    public virtual string Example => $"{Fields[0].Name}:{Fields[0].Type.Suggestions.FirstOrDefault()?.Insert ?? "..."}";

    /// <summary>Names that can start a condition. Used for completion and to suggest a name for a mistyped one.</summary>
    public IEnumerable<FilterSuggestion> Names => Fields
        .Select(known => new FilterSuggestion(known.Name, known.Meaning, FilterSuggestionKind.Field))
        .Concat(Shortcuts.Select(shortcut => new FilterSuggestion(shortcut.Name, shortcut.Meaning, FilterSuggestionKind.Field)))
        .Concat(OtherNames);

    public FilterField? Find(string name) => Find(name, out _, out _);

    /// <param name="shortcut">Set if the name also implies a comparison.</param>
    /// <param name="mistake">What is wrong with an almost valid name, for example <c>arg0</c>.</param>
    public FilterField? Find(string name, out FieldShortcut? shortcut, out string? mistake)
    {
        shortcut = null;
        mistake = null;
        if (_byName.TryGetValue(name, out var found))
        {
            shortcut = found.Shortcut;
            return found.Field;
        }

        return FindOther(name, out mistake);
    }

    /// <summary>The advice that follows "No field is called x." in a message.</summary>
    protected internal virtual string OtherAdvice => "To look for it in the text, put it in quotes.";

    protected virtual IEnumerable<FilterSuggestion> OtherNames => [];

    protected virtual FilterField? FindOther(string name, out string? mistake)
    {
        mistake = null;
        return null;
    }
}
