using System.Text.RegularExpressions;

namespace Mayday.Events.Filtering;

/// <summary>
/// A regular expression of the part that runs in linear time and means the same in memory and in Postgres: it is read here and written
/// anew for either. No look-around, no back-references; <c>\d \w \s</c> and <c>(?i)</c> know ASCII only; <c>.</c> is any character, a
/// line's end included; <c>^</c> and <c>$</c> are the ends of the whole text.
/// </summary>
public sealed class FilterPattern : IEquatable<FilterPattern>
{
    private readonly Lazy<Regex> _regex;

    internal FilterPattern(string text, string dotnet, string postgres)
    {
        Text = text;
        Postgres = postgres;
        // NonBacktracking: linear in the text, whatever the pattern.
        _regex = new Lazy<Regex>(() => new Regex(dotnet, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>As an ARE of Postgres.</summary>
    public string Postgres { get; }

    public bool IsMatch(string text) => _regex.Value.IsMatch(text);

    public bool Equals(FilterPattern? other) => other is not null && other.Text == Text;

    public override bool Equals(object? obj) => Equals(obj as FilterPattern);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
