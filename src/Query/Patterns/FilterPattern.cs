using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Mayday.Query.Patterns;

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

    /// <param name="offset">Of the mistake in the text, from 0.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out FilterPattern? pattern, out int offset, [NotNullWhen(false)] out string? mistake) =>
        PatternReader.TryRead(text, out pattern, out offset, out mistake);

    public bool IsMatch(string text) => _regex.Value.IsMatch(text);

    /// <summary>Two ways to write one pattern are equal: an escaped quote and a plain one.</summary>
    public bool Equals(FilterPattern? other) => other is not null && other.Postgres == Postgres;

    public override bool Equals(object? obj) => Equals(obj as FilterPattern);

    public override int GetHashCode() => Postgres.GetHashCode(StringComparison.Ordinal);
}
