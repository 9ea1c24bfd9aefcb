using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Mayday.Query.Patterns;

/// <summary>
/// A regular expression, limited to the subset that runs in linear time and means the same in memory and in Postgres. It is parsed here and
/// rewritten for both. No look-around and no back-references. <c>\d \w \s</c> and <c>(?i)</c> cover ASCII only; <c>.</c> matches any
/// character, including line ends; <c>^</c> and <c>$</c> match the ends of the whole text.
/// </summary>
public sealed class FilterPattern : IEquatable<FilterPattern>
{
    private readonly Lazy<Regex> _regex;

    internal FilterPattern(string text, string dotnet, string postgres)
    {
        Text = text;
        Postgres = postgres;
        // NonBacktracking takes linear time, whatever the pattern.
        _regex = new Lazy<Regex>(() => new Regex(dotnet, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>The pattern as an advanced regular expression (ARE) of Postgres.</summary>
    public string Postgres { get; }

    /// <param name="offset">Offset of the mistake in the text, from 0.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out FilterPattern? pattern, out int offset, [NotNullWhen(false)] out string? mistake) =>
        PatternReader.TryRead(text, out pattern, out offset, out mistake);

    public bool IsMatch(string text) => _regex.Value.IsMatch(text);

    /// <summary>Patterns are equal if they mean the same: an escaped quote equals a plain one.</summary>
    public bool Equals(FilterPattern? other) => other is not null && other.Postgres == Postgres;

    public override bool Equals(object? obj) => Equals(obj as FilterPattern);

    public override int GetHashCode() => Postgres.GetHashCode(StringComparison.Ordinal);
}
