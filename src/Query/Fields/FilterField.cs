namespace Mayday.Query.Fields;

/// <summary>
/// A field of a catalogue: its names, the type of its values, and its meaning in words for people. Fields are equal if their names are
/// equal.
/// </summary>
public class FilterField(string name, FieldType type, string meaning, params string[] aliases) : IEquatable<FilterField>
{
    public string Name { get; } = name;

    public FieldType Type { get; } = type;

    public string Meaning { get; } = meaning;

    public IReadOnlyList<string> Aliases { get; } = aliases;

    public bool Equals(FilterField? other) => other is not null && other.Name == Name;

    public override bool Equals(object? obj) => Equals(obj as FilterField);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Name;
}

/// <summary>A name that stands for a field with a comparison: <c>since:7d</c> is <c>receivedAt >= 7d</c>.</summary>
public sealed record FieldShortcut(string Name, FilterField Field, FilterOperator Operator, string Meaning);
