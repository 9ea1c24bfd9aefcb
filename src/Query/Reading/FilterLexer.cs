using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mayday.Query.Reading;

/// <summary>Splits a filter into words, quoted texts and operators.</summary>
internal static class FilterLexer
{
    private static readonly SearchValues<char> s_punctuation = SearchValues.Create("()=!<>&|~\"'");

    private static readonly (string Text, FilterTokenKind Kind, FilterOperator Operator)[] s_signs =
    [
        // Longer operators come first.
        ("&&", FilterTokenKind.And, default),
        ("||", FilterTokenKind.Or, default),
        ("==", FilterTokenKind.Operator, FilterOperator.Equal),
        ("!=", FilterTokenKind.Operator, FilterOperator.NotEqual),
        ("!~", FilterTokenKind.Operator, FilterOperator.NotMatches),
        ("<=", FilterTokenKind.Operator, FilterOperator.LessOrEqual),
        (">=", FilterTokenKind.Operator, FilterOperator.GreaterOrEqual),
        ("=", FilterTokenKind.Operator, FilterOperator.Equal),
        ("<", FilterTokenKind.Operator, FilterOperator.Less),
        (">", FilterTokenKind.Operator, FilterOperator.Greater),
        ("&", FilterTokenKind.Operator, FilterOperator.HasBits),
        ("~", FilterTokenKind.Operator, FilterOperator.Matches),
        ("!", FilterTokenKind.Not, default),
        ("(", FilterTokenKind.Open, default),
        (")", FilterTokenKind.Close, default),
    ];

    public static bool TryRead(string text, out List<FilterToken> tokens, [NotNullWhen(false)] out FilterError? error)
    {
        tokens = [];
        error = null;
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var expectsValue = tokens is [.., { Kind: FilterTokenKind.Operator }];
            if (text[at] is '"' or '\'')
            {
                if (ReadQuoted(text, at) is not { } quoted)
                {
                    error = new FilterError(at + 1, text.Length - at, $"The quote that begins here is not closed: put {text[at]} at the end of the text.");
                    return false;
                }

                tokens.Add(quoted);
            }
            else if (!expectsValue && IsMinusOfWord(text, at))
            {
                tokens.Add(new FilterToken(FilterTokenKind.Not, at, 1, "-"));
            }
            else if (ReadSign(text, at) is { } sign)
            {
                tokens.Add(sign);
            }
            else if (text[at] == '|')
            {
                error = new FilterError(at + 1, 1, "A single | means nothing here: write || for either of two conditions.");
                return false;
            }
            else
            {
                tokens.Add(ReadWord(text, at, isAfterWord: tokens is [.., { Kind: FilterTokenKind.Word }]));
            }

            at += tokens[^1].Length;
        }

        tokens.Add(new FilterToken(FilterTokenKind.End, text.Length, 0, ""));
        return true;
    }

    private static FilterToken? ReadSign(string text, int at)
    {
        foreach (var (sign, kind, op) in s_signs)
        {
            if (string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0)
            {
                return new FilterToken(kind, at, sign.Length, sign, op);
            }
        }

        return null;
    }

    // In "-host:web" the minus means "not". In "panic - not syncing" and "->" it is part of a word.
    private static bool IsMinusOfWord(string text, int at) =>
        text[at] == '-' && at + 1 < text.Length && (char.IsLetterOrDigit(text[at + 1]) || text[at + 1] is '"' or '\'' or '(' or '_' or '*');

    private static FilterToken ReadWord(string text, int at, bool isAfterWord)
    {
        var end = at + 1;
        while (end < text.Length && !EndsWord(text, end))
        {
            end++;
        }

        var word = text[at..end];
        return word.ToLowerInvariant() switch
        {
            "and" => new FilterToken(FilterTokenKind.And, at, word.Length, word),
            "or" => new FilterToken(FilterTokenKind.Or, at, word.Length, word),
            "not" => new FilterToken(FilterTokenKind.Not, at, word.Length, word),
            "contains" when isAfterWord => new FilterToken(FilterTokenKind.Operator, at, word.Length, word, FilterOperator.Contains),
            _ => new FilterToken(FilterTokenKind.Word, at, word.Length, word),
        };
    }

    // The quote in "don't" belongs to the word.
    private static bool EndsWord(string text, int at) => char.IsWhiteSpace(text[at])
        || (text[at] == '\'' ? !(char.IsLetter(text[at - 1]) && at + 1 < text.Length && char.IsLetter(text[at + 1])) : s_punctuation.Contains(text[at]));

    /// <summary>True if a value without quotes is read as exactly this text.</summary>
    public static bool IsBare(string text) => text.Length > 0 && text is not ['-', ..]
        && !text.AsSpan().ContainsAny(s_punctuation) && !text.Contains('*', StringComparison.Ordinal)
        && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter))
        && text.ToLowerInvariant() is not ("and" or "or" or "not" or "contains");

    // A backslash escapes the quote and itself. Before any other character it stays, for patterns.
    private static FilterToken? ReadQuoted(string text, int at)
    {
        var value = new StringBuilder();
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] == text[at])
            {
                return new FilterToken(FilterTokenKind.Quoted, at, i + 1 - at, value.ToString());
            }

            if (text[i] == '\\' && i + 1 < text.Length && (text[i + 1] == text[at] || text[i + 1] == '\\'))
            {
                // A double backslash stays double here. Texts and patterns each unescape it in their own way.
                if (text[i + 1] == '\\')
                {
                    value.Append('\\');
                }

                i++;
            }

            value.Append(text[i]);
        }

        return null;
    }
}
